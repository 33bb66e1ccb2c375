// Command worker is an upstream for tests: it listens where its argument says, and tells of each
// connection.
package main

import (
	"fmt"
	"net"
	"os"
	"strings"
)

func main() {
	network, at, _ := strings.Cut(os.Args[1], ":")
	l, err := net.Listen(network, at)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ready")
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		fmt.Println("at work")
		c.Close()
	}
}
