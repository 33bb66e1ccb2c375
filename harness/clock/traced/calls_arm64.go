//go:build linux

package traced

// own are none: arm64 has only the newer calls.
var own []row
