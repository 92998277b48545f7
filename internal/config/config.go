// Package config reads the settings and the command line.
//
// The [Config] struct is the one table of settings: flags, environment
// variables, defaults and the help text are read from its tags, and so are the
// table in the README and .env.example (see [Markdown] and [EnvExample]; a test
// keeps them equal). A flag wins over a variable, a variable over the default,
// and an empty variable counts as unset. Settings are checked once, by [Parse];
// what it returns is complete and can be relied on.
//
// Commands are plain data here: what they do is decided elsewhere. The package
// reads no files and imports nothing of ours.
package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Values of Config.MigrateMode.
const (
	MigrateAuto  = "auto"
	MigrateNever = "never"
)

// Values of Config.Introspection and Config.WebSocketCompression.
const (
	On  = "on"
	Off = "off"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Config is the settings. The tag "unset" says what holds without a value where
// that depends on other settings.
type Config struct {
	Addr                 string         `env:"SLOTCAST_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on."`
	DataDir              string         `env:"SLOTCAST_DATA_DIR" default:"./data" placeholder:"DIR" help:"Directory of the embedded database and of the file with the secret keys."`
	DatabaseURL          string         `env:"SLOTCAST_DATABASE_URL,DATABASE_URL" placeholder:"URL" unset:"SQLite in the data directory" help:"PostgreSQL to use, as postgres://user:password@host/name."`
	RedisURL             string         `env:"SLOTCAST_REDIS_URL,REDIS_URL" placeholder:"URL" unset:"none, an in-process tail" help:"Redis that spreads new events between processes, as redis://host:6379."`
	PublicURL            string         `env:"SLOTCAST_PUBLIC_URL" placeholder:"URL" unset:"http://<addr>" help:"URL at which others reach this server."`
	BookingURL           string         `env:"SLOTCAST_BOOKING_URL" placeholder:"URL" unset:"SLOTCAST_PUBLIC_URL" help:"URL of your booking pages: the links in REST answers and CALENDLY bodies begin with it."`
	OwnerToken           string         `env:"SLOTCAST_OWNER_TOKEN" placeholder:"TOKEN" unset:"made and printed" help:"Token to give the owner on the first start, for automated set-ups; slotcast token new prints one."`
	AllowTargets         []netip.Prefix `env:"SLOTCAST_ALLOW_TARGETS" placeholder:"CIDR" unset:"127.0.0.0/8,::1/128 with the embedded database, else none" help:"Networks that webhooks may reach although they are not public; \"none\" for no network at all."`
	EgressProxy          string         `env:"SLOTCAST_EGRESS_PROXY" placeholder:"URL" unset:"none" help:"Proxy that webhooks are sent through, as http://user:password@host:3128; it then decides which addresses may be reached."`
	RetentionDays        int            `env:"SLOTCAST_RETENTION_DAYS" default:"30" placeholder:"N" help:"How long events and deliveries are kept; what is still owed is kept longer. 0 for ever."`
	SMTPURL              string         `name:"smtp-url" env:"SLOTCAST_SMTP_URL" placeholder:"URL" unset:"no e-mail" help:"Mail server for alerts to owners and admins, as smtp://user:password@host:587?from=slotcast@example.org; smtps:// for TLS from the start."`
	AlertURL             string         `env:"SLOTCAST_ALERT_URL" placeholder:"URL" unset:"none" help:"URL that gets a signed message when a webhook fails, stops or recovers, whatever app it is of."`
	AlertSecret          string         `env:"SLOTCAST_ALERT_SECRET" placeholder:"SECRET" unset:"not signed" help:"Secret that messages to SLOTCAST_ALERT_URL are signed with, as whsec_…"`
	SecretKeys           []string       `env:"SLOTCAST_SECRET_KEYS" placeholder:"KEY" unset:"a file in the data directory, made at the first start" help:"Keys that secrets in the database are sealed with, the current one first; slotcast keys new prints one. Several servers need the same."`
	AllowOrigins         []string       `env:"SLOTCAST_ALLOW_ORIGINS" placeholder:"ORIGIN" unset:"none but those of publishable keys" help:"Origins of pages that may call the API from a browser, such as https://app.example.org; \"*\" for all."`
	TrustProxies         []netip.Prefix `env:"SLOTCAST_TRUST_PROXIES" placeholder:"CIDR" unset:"none" help:"Networks of the proxies whose X-Forwarded-For is believed."`
	TokenRate            int            `env:"SLOTCAST_TOKEN_RATE" default:"60000" placeholder:"N" help:"Requests a minute for one token; 0 for no limit."`
	AddressRate          int            `env:"SLOTCAST_ADDRESS_RATE" default:"600" placeholder:"N" help:"Requests a minute for one IP address without an access token: booking pages, attendees, failed sign-ins; 0 for no limit."`
	TokenSockets         int            `env:"SLOTCAST_TOKEN_SOCKETS" default:"1000" placeholder:"N" help:"Sockets and event streams open at once for one token; 0 for no limit."`
	AppSockets           int            `env:"SLOTCAST_APP_SOCKETS" default:"10000" placeholder:"N" help:"Sockets and event streams open at once for all tokens and keys of one app together; 0 for no limit."`
	TokenSubscriptions   int            `env:"SLOTCAST_TOKEN_SUBSCRIPTIONS" default:"10000" placeholder:"N" help:"Subscriptions running at once for one token, over all its sockets and event streams; 0 for no limit."`
	WebSocketCompression string         `name:"websocket-compression" env:"SLOTCAST_WEBSOCKET_COMPRESSION" default:"off" placeholder:"on|off" help:"Whether WebSockets of clients that offer it are compressed: on or off."`
	RequestTimeout       time.Duration  `env:"SLOTCAST_REQUEST_TIMEOUT" default:"20s" placeholder:"DURATION" help:"How long a query or mutation may take."`
	Introspection        string         `env:"SLOTCAST_INTROSPECTION" placeholder:"on|off" unset:"on with the embedded database, else off" help:"Whether clients may ask for the schema: on or off."`
	TrustedDocuments     string         `env:"SLOTCAST_TRUSTED_DOCUMENTS" placeholder:"FILE" unset:"any document" help:"JSON file of the only GraphQL documents that are served: an object of SHA-256 to document."`
	MigrateMode          string         `name:"migrate" env:"SLOTCAST_MIGRATE" placeholder:"auto|never" unset:"auto with the embedded database, else never" help:"Whether serve brings an older database up to date: auto or never."`
	LogLevel             string         `env:"SLOTCAST_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"Least level to log: debug, info, warn or error."`
	LogFormat            string         `env:"SLOTCAST_LOG_FORMAT" default:"text" placeholder:"FORMAT" help:"Format of the log: text or json."`
}

// KeyFile is where the secret keys are without SLOTCAST_SECRET_KEYS.
func (c Config) KeyFile() string { return filepath.Join(c.DataDir, "secret.keys") }

// Embedded reports whether the database is the SQLite file in DataDir.
func (c Config) Embedded() bool { return c.DatabaseURL == "" }

// Level is LogLevel as slog has it.
func (c Config) Level() slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return slog.LevelInfo
	}
	return level
}

// LogValue shows what a log may show: no token and no passwords.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("addr", c.Addr),
		slog.String("data_dir", c.DataDir),
		slog.String("database_url", redacted(c.DatabaseURL)),
		slog.String("redis_url", redacted(c.RedisURL)),
		slog.String("public_url", c.PublicURL),
		slog.Any("allow_targets", c.AllowTargets),
		slog.String("migrate", c.MigrateMode),
	)
}

// Secrets lists what no log and no error may show: the owner's token, the secret
// keys, and the passwords in URLs, each way they are written. The longest come
// first, since one may hold another.
func (c Config) Secrets() []string {
	hidden := append([]string{c.OwnerToken, c.AlertSecret}, c.SecretKeys...)
	for _, raw := range []string{c.DatabaseURL, c.RedisURL, c.PublicURL, c.EgressProxy, c.SMTPURL, c.AlertURL} {
		u, err := url.Parse(raw)
		if err != nil {
			hidden = append(hidden, raw)
			continue
		}
		if password, ok := u.User.Password(); ok {
			_, written, _ := strings.Cut(u.User.String(), ":")
			hidden = append(hidden, password, written)
		}
		for name, values := range u.Query() {
			if strings.Contains(strings.ToLower(name), "password") {
				for _, v := range values {
					hidden = append(hidden, v, url.QueryEscape(v))
				}
			}
		}
	}
	hidden = slices.DeleteFunc(hidden, func(s string) bool { return s == "" })
	slices.Sort(hidden)
	slices.SortStableFunc(hidden, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(hidden)
}

// redacted keeps scheme, host and path: passwords may stand in the query too.
func redacted(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "[malformed]"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// complete fills the defaults that depend on other settings and checks the rest.
// It reports everything that is wrong at once.
func (c *Config) complete() error {
	embedded := c.Embedded()
	if c.AllowTargets == nil && embedded {
		c.AllowTargets = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if c.MigrateMode == "" {
		c.MigrateMode = MigrateNever
		if embedded {
			c.MigrateMode = MigrateAuto
		}
	}
	if c.Introspection == "" {
		c.Introspection = Off
		if embedded {
			c.Introspection = On
		}
	}
	given := c.PublicURL
	if given == "" {
		c.PublicURL = "http://" + reachable(c.Addr) // with port 0, where the system chooses one
	}
	c.PublicURL, c.BookingURL = strings.TrimRight(c.PublicURL, "/"), strings.TrimRight(c.BookingURL, "/")
	c.SecretKeys, c.AllowOrigins = trimmed(c.SecretKeys), trimmed(c.AllowOrigins)
	return errors.Join(
		c.checkAddr(),
		checkURL("SLOTCAST_DATABASE_URL or DATABASE_URL (--database-url)", c.DatabaseURL, "postgres", "postgresql"),
		checkURL("SLOTCAST_REDIS_URL or REDIS_URL (--redis-url)", c.RedisURL, "redis", "rediss"),
		checkBase("SLOTCAST_PUBLIC_URL (--public-url)", given),
		checkBase("SLOTCAST_BOOKING_URL (--booking-url)", c.BookingURL),
		c.checkToken(),
		checkChoice("SLOTCAST_MIGRATE (--migrate)", c.MigrateMode, MigrateAuto, MigrateNever),
		checkChoice("SLOTCAST_INTROSPECTION (--introspection)", c.Introspection, On, Off),
		checkURL("SLOTCAST_EGRESS_PROXY (--egress-proxy)", c.EgressProxy, "http", "https", "socks5"),
		checkLeast("SLOTCAST_RETENTION_DAYS (--retention-days)", c.RetentionDays),
		checkURL("SLOTCAST_SMTP_URL (--smtp-url)", c.SMTPURL, "smtp", "smtps"),
		checkURL("SLOTCAST_ALERT_URL (--alert-url)", c.AlertURL, "http", "https"),
		checkLeast("SLOTCAST_TOKEN_RATE (--token-rate)", c.TokenRate),
		checkLeast("SLOTCAST_ADDRESS_RATE (--address-rate)", c.AddressRate),
		checkLeast("SLOTCAST_TOKEN_SOCKETS (--token-sockets)", c.TokenSockets),
		checkLeast("SLOTCAST_APP_SOCKETS (--app-sockets)", c.AppSockets),
		checkLeast("SLOTCAST_TOKEN_SUBSCRIPTIONS (--token-subscriptions)", c.TokenSubscriptions),
		checkChoice("SLOTCAST_WEBSOCKET_COMPRESSION (--websocket-compression)", c.WebSocketCompression, On, Off),
		checkTimeout("SLOTCAST_REQUEST_TIMEOUT (--request-timeout)", c.RequestTimeout),
		checkKeys("SLOTCAST_SECRET_KEYS (--secret-keys)", c.SecretKeys),
		checkOrigins("SLOTCAST_ALLOW_ORIGINS (--allow-origins)", c.AllowOrigins),
		checkChoice("SLOTCAST_LOG_LEVEL (--log-level)", c.LogLevel, "debug", "info", "warn", "error"),
		checkChoice("SLOTCAST_LOG_FORMAT (--log-format)", c.LogFormat, "text", "json"),
	)
}

// trimmed leaves out the spaces around the entries of a list, and empty ones.
func trimmed(list []string) []string {
	var out []string
	for _, entry := range list {
		if entry = strings.TrimSpace(entry); entry != "" {
			out = append(out, entry)
		}
	}
	return out
}

// reachable turns an address that listens on all interfaces into one to connect to.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

func (c *Config) checkAddr() error {
	_, port, err := net.SplitHostPort(c.Addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("SLOTCAST_ADDR (--addr): %q is not an address to listen on; write host:port, such as 127.0.0.1:8080 or :8080", c.Addr)
	}
	return nil
}

// checkURL does not repeat the value, which may hold a password.
func checkURL(setting, raw string, schemes ...string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" && u.RawQuery == "" {
		return fmt.Errorf("%s: not a URL of the form %s://host/…; correct or unset it", setting, schemes[0])
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("%s: %s is no port; ports are the numbers from 1 to 65535", setting, port)
		}
	}
	return nil
}

// checkBase wants what the path of a resource can be put behind.
func checkBase(setting, raw string) error {
	if err := checkURL(setting, raw, "http", "https"); err != nil {
		return err
	}
	if strings.ContainsAny(raw, "?#") {
		return fmt.Errorf("%s: other URLs are made of it; leave out what begins with ? or #", setting)
	}
	return nil
}

// checkToken looks at the form only; whether the token's check characters are
// right is found out when it is stored.
func (c *Config) checkToken() error {
	if c.OwnerToken == "" {
		return nil
	}
	random, ok := strings.CutPrefix(c.OwnerToken, "slc_")
	if ok && len(random) == 36 && strings.Trim(random, base62) == "" {
		return nil
	}
	return errors.New("SLOTCAST_OWNER_TOKEN (--owner-token): not a token, which is slc_ and 36 letters and digits; slotcast token new prints one, or unset it to have one made")
}

func checkChoice(setting, value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return fmt.Errorf("%s: %q is not a choice; write %s", setting, value, strings.Join(choices, " or "))
}

func checkLeast(setting string, n int) error {
	if n < 0 {
		return fmt.Errorf("%s: %d is less than 0; write 0 for no limit", setting, n)
	}
	return nil
}

func checkTimeout(setting string, d time.Duration) error {
	if d < 100*time.Millisecond || d > 10*time.Minute {
		return fmt.Errorf("%s: %v is not between 100ms and 10m", setting, d)
	}
	return nil
}

// checkKeys does not repeat a key.
func checkKeys(setting string, keys []string) error {
	for i, key := range keys {
		if b, err := base64.StdEncoding.DecodeString(key); err != nil || len(b) != 32 {
			return fmt.Errorf("%s: key %d of %d is not one, which is 32 bytes in base64; slotcast keys new prints one", setting, i+1, len(keys))
		}
		if slices.Contains(keys[:i], key) {
			return fmt.Errorf("%s: key %d of %d is there twice", setting, i+1, len(keys))
		}
	}
	return nil
}

// checkOrigins wants scheme://host[:port], as browsers send it, or *.
func checkOrigins(setting string, origins []string) error {
	for _, origin := range origins {
		u, err := url.Parse(origin)
		if origin == "*" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Scheme+"://"+u.Host == origin {
			continue
		}
		return fmt.Errorf("%s: %q is not an origin; write scheme and host as https://app.example.org, or *", setting, origin)
	}
	return nil
}
