// Package speech writes what upstreams say in protocols other than HTTP/1, right or wrong:
// FastCGI records, HTTP/2 frames, WebSocket frames. What it writes is text for a script to
// play: the package opens no socket and reads nothing.
package speech
