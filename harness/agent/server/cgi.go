//go:build linux

package server

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/badgateway/badgateway/harness/agent"
)

// mostVars bounds the variables of a request, with all that frames them. NGINX refuses to
// send more to FastCGI and uwsgi, which could not say how many they are.
const mostVars = 64 << 10

var errTooManyVars = fmt.Errorf("variables of more than %d bytes", mostVars)

// vars are the variables of a request (RFC 3875 section 4.1) and those that servers send
// besides, such as REQUEST_URI.
type vars map[string]string

func (v vars) asked(p agent.Protocol) asked {
	uri := v["REQUEST_URI"]
	if uri == "" {
		uri = v["SCRIPT_NAME"] + v["PATH_INFO"]
	}
	return asked{protocol: p, text: v["REQUEST_METHOD"] + " " + uri, head: v["REQUEST_METHOD"] == "HEAD"}
}

// body takes in as many bytes as CONTENT_LENGTH says.
func (v vars) body(in io.Reader) (int64, error) {
	length := v["CONTENT_LENGTH"]
	if length == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("a CONTENT_LENGTH of %.40q", length)
	}
	n, err = io.CopyN(io.Discard, in, n)
	return n, torn(err)
}

var errVars = errors.New("the variables are longer than what frames them")

// cut takes n bytes off the front of what is left.
func cut(rest *[]byte, n int) (string, error) {
	if n < 0 || n > len(*rest) {
		return "", errVars
	}
	text := string((*rest)[:n])
	*rest = (*rest)[n:]
	return text, nil
}
