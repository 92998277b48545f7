package wire

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"slotcast/ent"
)

// User is an agent as the facade shows him.
type User struct {
	URI                 string  `json:"uri"`
	Name                string  `json:"name"`
	Slug                string  `json:"slug"`
	Email               string  `json:"email"`
	SchedulingURL       string  `json:"scheduling_url"`
	Timezone            string  `json:"timezone"`
	AvatarURL           *string `json:"avatar_url"`
	CreatedAt           string  `json:"created_at"`
	UpdatedAt           string  `json:"updated_at"`
	CurrentOrganization string  `json:"current_organization"`
}

// Organization is an app as the facade shows it.
type Organization struct {
	URI       string `json:"uri"`
	Name      string `json:"name"`
	Slug      string `json:"slug"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
}

// UserOf shows an agent.
func (l Links) UserOf(a *ent.Agent) User {
	slug := slugOf(a.Name, a.ID)
	return User{
		URI: l.User(a.ID), Name: a.Name, Slug: slug, Email: a.Email, SchedulingURL: l.Scheduling(slug), Timezone: a.TimeZone,
		CreatedAt: micros(a.CreatedAt), UpdatedAt: micros(a.UpdatedAt), CurrentOrganization: l.Organization(a.AppID),
	}
}

// OrganizationOf shows an app.
func (l Links) OrganizationOf(a *ent.App) Organization {
	return Organization{
		URI: l.Organization(a.ID), Name: a.Name, Slug: slugOf(a.Name, a.ID), CreatedAt: micros(a.CreatedAt), UpdatedAt: micros(a.UpdatedAt),
	}
}

// slugOf is a name as it can stand in a URL, with the end of the id, because
// names repeat.
func slugOf(name, id string) string {
	var slug strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			slug.WriteRune(r)
		case slug.Len() > 0 && !strings.HasSuffix(slug.String(), "-"):
			slug.WriteByte('-')
		}
	}
	return strings.TrimPrefix(strings.Trim(slug.String(), "-")+"-"+id[max(0, len(id)-6):], "-")
}
