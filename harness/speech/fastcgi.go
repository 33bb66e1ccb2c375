package speech

import "encoding/binary"

// The kinds of records that an application sends (FastCGI specification 1.0, section 8).
const (
	EndRequest byte = 3
	Stdout     byte = 6
	Stderr     byte = 7
)

// The protocol statuses of an end (section 5.5).
const (
	Complete   byte = 0
	Overloaded byte = 2
)

// fcgiVersion is the only one, fcgiRequest the number that a connection's first request has
// with every server that sends one at a time.
const (
	fcgiVersion = 1
	fcgiRequest = 1
)

// Record is one FastCGI record (section 3.3). An empty one of a stream ends it.
func Record(kind byte, content string) string {
	head := []byte{fcgiVersion, kind}
	head = binary.BigEndian.AppendUint16(head, fcgiRequest)
	head = binary.BigEndian.AppendUint16(head, uint16(len(content)))
	return string(append(head, 0, 0)) + content
}

// End ends the request, with the status that the application's process would have exited
// with and the protocol's own.
func End(application uint32, protocol byte) string {
	body := binary.BigEndian.AppendUint32(nil, application)
	return Record(EndRequest, string(append(body, protocol, 0, 0, 0)))
}
