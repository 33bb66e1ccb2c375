package harness

import "fmt"

// GRPCStatus: that of the upstream's trailers reaches the client, or, for "", none does
// (gRPC over HTTP2, Trailers).
func GRPCStatus(status string) Check {
	title := "keeps the upstream's grpc-status " + status
	if status == "" {
		title = "makes up no grpc-status"
	}
	return Check{Title: title, Judge: func(_ Policy, e *Evidence) error {
		if got := e.Exchange.Response.Get("grpc-status"); got != status {
			return fmt.Errorf("the client saw grpc-status: %q, the upstream sent %q", got, status)
		}
		return nil
	}}
}
