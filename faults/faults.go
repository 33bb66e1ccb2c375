// Package faults holds the ways in which the world around a gateway goes wrong, one
// file each. A fault breaks a bay through its verbs and knows nothing of gateways,
// runtimes or expectations: what ought to happen then is a scenario's affair.
package faults

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// answer lets the upstream read the request and answer with these bytes and FIN.
func answer(ctx context.Context, b *harness.Bay, response string) error {
	return b.Play(ctx, parse("read-request; write %q; close", response))
}

// answerUnread lets the upstream answer before it has understood anything.
func answerUnread(ctx context.Context, b *harness.Bay, response string) error {
	return b.Play(ctx, parse("write %q; close", response))
}

// meanwhile lets a signal befall the gateway while the upstream works on the request: for
// longer than a reload takes, and not for as long as the gateway would wait.
func meanwhile(ctx context.Context, b *harness.Bay, s agent.Signal) error {
	work := parse("read-request; wait %v; write %q; close", b.Policy.Read.Value*3/4, "HTTP/1.1 200 OK\r\n"+lengthOf(script.Page)+script.Page)
	if err := b.Play(ctx, work); err != nil {
		return err
	}
	return b.SignalMeanwhile(ctx, s)
}

// answerHello lets the upstream read what the gateway opens TLS with, and answer with these
// bytes and FIN.
func answerHello(ctx context.Context, b *harness.Bay, bytes string) error {
	return b.Play(ctx, parse("read-hello; write %q; close", bytes))
}

// answerWhole is answer where the gateway need not wait for the end: what does the harm is written.
func answerWhole(ctx context.Context, b *harness.Bay, response string) error {
	const write = 1
	return b.PlayTo(ctx, parse("read-request; write %q; close", response), write)
}

// parse is script.Parse for a script with values in it. %q of Go is the language's own
// quoting, so it cannot fail on a value.
func parse(format string, args ...any) script.Script {
	return script.MustParse(fmt.Sprintf(format, args...))
}

// waitThenServe is not written as text: a wait may be longer than the language allows,
// which the agent says then. It begins behind the handshake, where there is one: to have that
// wait would be another fault.
func waitThenServe(d time.Duration) script.Script {
	return script.Script{{Steps: []script.Step{{Verb: script.Handshake}, {Verb: script.Wait, Every: d}, {Verb: script.Serve}}}}
}

// head is the header of an answer with a body of that length.
func head(length int) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", length)
}

// lengthOf is the rest of a header, after the status line, for that body.
func lengthOf(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) }

// application is a whole answer in what the bay's upstream is spoken to in, for those that
// take CGI's output.
func application(b *harness.Bay, status, rest string) string {
	said := output(b, status, rest)
	if b.Site.World.Speaks == agent.FastCGI {
		said += speech.Record(speech.Stdout, "") + speech.End(0, speech.Complete)
	}
	return said
}

// output is what an application prints, with its status as it has to say that. uWSGI writes a
// status line, as it does for HTTP.
func output(b *harness.Bay, status, rest string) string {
	if b.Site.World.Speaks == agent.UWSGI {
		return printed(b, "HTTP/1.0 "+status+"\r\n"+rest)
	}
	return printed(b, "Status: "+status+"\r\n"+rest)
}

// printed is what it prints, in whatever carries that.
func printed(b *harness.Bay, text string) string {
	if b.Site.World.Speaks == agent.FastCGI {
		return speech.Record(speech.Stdout, text)
	}
	return text
}

// reply is the beginning of a service's answer, half is that and half of its message.
func reply() *speech.Frames {
	return speech.HTTP2().Headers(false, ":status", "200", "content-type", "application/grpc")
}

func half() *speech.Frames {
	return reply().Data(false, speech.Message(script.Page)[:len(script.Page)/2])
}

// kept is a script that answers the first request on the first connection and goes on there in
// that way. All other connections are served.
func kept(and string, args ...any) script.Script {
	return parse("1 x read-request; write %q; "+and+", then serve", append([]any{page}, args...)...)
}

// page is a whole healthy answer on a connection that goes on.
var page = head(len(script.Page)) + script.Page

// stray is an answer that is nobody's: whoever gets it was given what belongs to another.
const stray = "HTTP/1.1 409 Conflict\r\nContent-Length: 10\r\n\r\nnot yours\n"

// chunk is a body, or a piece of one, in the chunked coding; lastChunk ends it (RFC 9112 7.1).
func chunk(piece string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(piece), piece) }

const lastChunk = "0\r\n\r\n"

// resetLater lets the upstream answer with these bytes and reset the connection once they had
// the time to be read: a reset takes away what was not. A quarter of the read timeout lies
// before it, and no gateway gives up by then.
func resetLater(ctx context.Context, b *harness.Bay, response string) error {
	const reset = 3
	return b.PlayTo(ctx, parse("read-request; write %q; wait %v; reset", response, b.Policy.Read.Value/4), reset)
}

// early is an answer to a request that has not come to its end.
func early(status string, fields ...string) string {
	fields = append(fields, "Connection: close")
	return "HTTP/1.1 " + status + "\r\n" + strings.Join(fields, "\r\n") + "\r\n" + lengthOf(script.Page) + script.Page
}

// corruptGzip is the page as gzip packs it, with another check sum.
func corruptGzip() string {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(script.Page)) // into memory
	_ = w.Close()
	b := packed.Bytes()
	const trailer = 8 // CRC32 and length
	b[len(b)-trailer] ^= 0xff
	return string(b)
}
