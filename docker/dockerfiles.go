// Package dockerfiles is the text of the Dockerfiles beside it: what the harness builds from is what a
// person can read and build by hand. It never builds anything itself.
package dockerfiles

import _ "embed"

// Agent makes an image from a static binary named badgateway-agent.
//
//go:embed agent/Dockerfile
var Agent string

// Gateway makes an image from a root file system named rootfs.tar.
//
//go:embed gateway/Dockerfile
var Gateway string
