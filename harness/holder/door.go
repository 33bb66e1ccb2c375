package holder

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/badgateway/badgateway/harness"
)

// letIn takes whoever connects to the gateway's socket to the gateway.
func (k *keeper) letIn(ctx context.Context, door net.Listener) {
	for {
		conn, err := door.Accept()
		if err != nil {
			return
		}
		go k.visit(ctx, conn)
	}
}

// visit relays a connection, byte by byte and in both directions, until either has ended it. A
// gateway that does not take the connection is one that closes it: a socket of somebody else's
// cannot refuse.
func (k *keeper) visit(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	k.wanted()
	defer k.wanted()
	gateway, err := k.bay.Dial(ctx)
	if err != nil {
		k.told.add("hand", "a client was not let in: "+err.Error())
		return
	}
	defer gateway.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	var said sync.WaitGroup
	said.Go(func() {
		_, err := io.Copy(gateway, conn)
		if half, can := gateway.(interface{ CloseWrite() error }); can && err == nil {
			half.CloseWrite()
		} else {
			gateway.Close() // the client is gone
		}
	})
	io.Copy(conn, gateway)
	conn.Close() // nothing that the client says now is heard
	said.Wait()
}

// curl is the command that asks the gateway, as a shell has to be given it.
func curl(socket string, v harness.Visit) string {
	words := []string{"curl", "--unix-socket", socket}
	scheme := "http"
	if v.TLS != nil {
		scheme = "https"
		words = append(words, "--insecure")
	}
	if v.HTTP2 && v.TLS == nil {
		words = append(words, "--http2-prior-knowledge")
	}
	if v.Method != "" && v.Method != "GET" {
		words = append(words, "--request", v.Method)
	}
	for _, f := range v.Fields {
		if f.Name != "User-Agent" { // who asks is himself
			words = append(words, "--header", f.Name+": "+f.Value)
		}
	}
	if len(v.Body) > 0 {
		words = append(words, "--data-binary", string(v.Body))
	}
	host, path := v.Host, v.Path
	if v.TLS != nil && v.TLS.ServerName != "" {
		host = v.TLS.ServerName
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	words = append(words, fmt.Sprintf("%s://%s%s", scheme, host, path))
	for i, w := range words {
		words[i] = quoted(w)
	}
	return strings.Join(words, " ")
}

// quoted is a word as a POSIX shell has to be given it.
func quoted(word string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/@:._-+="
	if word != "" && strings.Trim(word, safe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
