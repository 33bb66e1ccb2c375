package agent

import "context"

// AbilityPorts is to say which ports the gateway's kernel may take for its own connections.
const AbilityPorts = "ports"

// Ports is the whole wanted condition of the range from which the gateway's kernel takes a
// port for a connection that it opens (ip(7), ip_local_port_range). Zero is as it was. It needs
// a world that was built for it (Build.Ports).
type Ports struct {
	Count int `json:"count"`
}

// SetPorts puts the range into that condition.
func (c *Client) SetPorts(ctx context.Context, p Ports) error { return c.call(ctx, "ports", p, nil) }
