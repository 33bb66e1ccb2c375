//go:build linux

package server

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// longestCommand bounds a line. Keys have 250 bytes at most, and NGINX sends whole URIs.
const longestCommand = 64 << 10

// memcached is a memcached that holds the page under every key, and speaks its text
// protocol (memcached, doc/protocol.txt).
type memcached struct {
	in  *bufio.Reader
	out io.Writer
}

func (m *memcached) read() (a asked, err error) {
	var line []byte
	for {
		c, err := m.in.ReadByte()
		switch {
		case err != nil && len(line) == 0:
			return a, err
		case err != nil:
			return a, torn(err)
		case c == '\n':
			text := strings.TrimSuffix(string(line), "\r")
			return asked{protocol: agent.Memcached, text: text, last: text == "quit"}, nil
		}
		if line = append(line, c); len(line) > longestCommand {
			return a, fmt.Errorf("a command of more than %d bytes", longestCommand)
		}
	}
}

func (m *memcached) answer(a asked) error {
	_, err := io.WriteString(m.out, fromCache(strings.Fields(a.text)))
	return err
}

// fromCache is the answer to a command.
func fromCache(words []string) string {
	switch {
	case len(words) == 1 && words[0] == "quit":
		return ""
	case len(words) < 2 || words[0] != "get" && words[0] != "gets":
		return "ERROR\r\n"
	}
	unique := ""
	if words[0] == "gets" {
		unique = " 1" // of a value that nobody changes
	}
	var answer strings.Builder
	for _, key := range words[1:] {
		fmt.Fprintf(&answer, "VALUE %s 0 %d%s\r\n%s\r\n", key, len(script.Page), unique, script.Page)
	}
	return answer.String() + "END\r\n"
}
