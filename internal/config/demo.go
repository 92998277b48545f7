package config

import (
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
)

// maxDemoRate is the most events a minute.
const maxDemoRate = 3000

func (d Demo) check() error {
	_, port, err := net.SplitHostPort(d.ReceiverAddr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("--receiver-addr: %q is not an address to listen on; write host:port, such as 127.0.0.1:8090, or 127.0.0.1:0 for a free port", d.ReceiverAddr)
	}
	if d.Rate < 1 || d.Rate > maxDemoRate {
		return fmt.Errorf("--rate: %d is not between 1 and %d events a minute", d.Rate, maxDemoRate)
	}
	return nil
}

// Throwaway returns the settings of a server that may touch nothing real: its
// database is in dir, it sends to the given networks alone, and to no mail server,
// proxy, Redis or alert URL. Ignored are the variables that were set and do not
// count for it; where to listen, limits and the log are as they were set.
func (c Config) Throwaway(dir string, targets ...netip.Prefix) (out Config, ignored []string) {
	out = c
	set := map[string]bool{}
	for name, value := range map[string]string{
		"DatabaseURL": c.DatabaseURL, "RedisURL": c.RedisURL, "OwnerToken": c.OwnerToken, "EgressProxy": c.EgressProxy,
		"SMTPURL": c.SMTPURL, "AlertURL": c.AlertURL, "AlertSecret": c.AlertSecret, "BookingURL": c.BookingURL,
		"TrustedDocuments": c.TrustedDocuments,
	} {
		set[name] = value != ""
	}
	set["SecretKeys"] = len(c.SecretKeys) > 0
	config := reflect.TypeFor[Config]()
	if dataDir, ok := config.FieldByName("DataDir"); ok {
		set["DataDir"] = c.DataDir != dataDir.Tag.Get("default")
	}
	to := reflect.ValueOf(&out).Elem()
	for i := range config.NumField() {
		field := config.Field(i)
		if _, counts := set[field.Name]; !counts {
			continue
		}
		to.Field(i).SetZero()
		if set[field.Name] {
			ignored = append(ignored, strings.ReplaceAll(field.Tag.Get("env"), ",", " or "))
		}
	}
	out.DataDir, out.AllowTargets, out.MigrateMode, out.Introspection = dir, targets, MigrateAuto, On
	return out, ignored
}
