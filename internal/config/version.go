package config

// Version is the version of this build, as shown by --version and in the
// User-Agent of webhook requests.
const Version = "0.1.0"
