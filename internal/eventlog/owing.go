package eventlog

import "strings"

// Owing writes that a webhook is owed a part of an event. The part tells the
// messages of one event to one webhook apart; it is empty where there is one.
func Owing(webhookID, part string) string {
	if part == "" {
		return webhookID
	}
	return webhookID + "/" + part
}

// OwedTo reads what Owing wrote.
func OwedTo(owing string) (webhookID, part string) {
	webhookID, part, _ = strings.Cut(owing, "/")
	return webhookID, part
}
