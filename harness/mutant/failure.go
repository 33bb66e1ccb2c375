package mutant

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/badgateway/badgateway/harness"
)

// The error types that the proxy tells apart (RFC 9209 2.3).
const (
	dnsTimeout          = "dns_timeout"
	dnsError            = "dns_error"
	destinationNotFound = "destination_not_found"
	destinationDown     = "destination_unavailable"
	unroutable          = "destination_ip_unroutable"
	prohibited          = "destination_ip_prohibited"
	connectionRefused   = "connection_refused"
	connectionCut       = "connection_terminated"
	connectTimeout      = "connection_timeout"
	readTimeout         = "connection_read_timeout"
	writeTimeout        = "connection_write_timeout"
	requestError        = "http_request_error"
	incomplete          = "http_response_incomplete"
	headerTooLarge      = "http_response_header_section_size"
	trailerTooLarge     = "http_response_trailer_section_size"
	badTransferCoding   = "http_response_transfer_coding"
	protocolError       = "http_protocol_error"
	internalError       = "proxy_internal_error"
)

// failure is why an exchange came to nothing.
type failure struct {
	phase harness.Phase
	kind  string // its RFC 9209 error type
	text  string
}

func (f *failure) Error() string { return fmt.Sprintf("%s: %s", f.kind, f.text) }

// isTimeout: the upstream, or the resolver, was waited for in vain.
func (f *failure) isTimeout() bool { return strings.HasSuffix(f.kind, "_timeout") }

// status is what RFC 9209 recommends for the error type.
func (f *failure) status() int {
	switch f.kind {
	case requestError:
		return 400
	case destinationNotFound, internalError:
		return 500
	case destinationDown:
		return 503
	}
	if f.isTimeout() {
		return 504
	}
	return 502
}

// connectFailure says why no connection could be opened. The errnos are connect(2)'s:
// ICMP's "host unreachable" and "administratively prohibited" both come as EHOSTUNREACH,
// "port unreachable" and a reset as ECONNREFUSED. ECONNRESET tells that the connection
// stood already; which of the two calls it meets is a race. What is left is the
// proxy's own: no port, no descriptor.
func connectFailure(err error) *failure {
	f := &failure{phase: harness.PhaseConnect, kind: internalError, text: err.Error()}
	switch {
	case isTimeout(err):
		f.kind = connectTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		f.kind = connectionRefused
	case errors.Is(err, syscall.ECONNRESET):
		f.phase, f.kind = harness.PhaseSend, connectionCut
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		f.kind = unroutable
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM): // by a route, by a filter
		f.kind = prohibited
	}
	return f
}

func sendFailure(err error) *failure {
	f := &failure{phase: harness.PhaseSend, kind: connectionCut, text: err.Error()}
	if isTimeout(err) {
		f.kind = writeTimeout
	}
	return f
}

// readFailure says why nothing more could be read in that phase. One that is a failure
// already stays what it is.
func readFailure(phase harness.Phase, err error) *failure {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	f := &failure{phase: phase, kind: connectionCut, text: err.Error()}
	switch {
	case isTimeout(err):
		f.kind = readTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f.kind, f.text = incomplete, "the upstream closed the connection too soon"
	}
	return f
}

func malformed(phase harness.Phase, format string, args ...any) *failure {
	return &failure{phase: phase, kind: protocolError, text: fmt.Sprintf(format, args...)}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
