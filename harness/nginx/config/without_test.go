package config

import (
	"fmt"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// Directives of a module go, and all else stays where it is.
func TestWithout(t *testing.T) {
	lay(t, `-- nginx.conf --
load_module modules/ngx_http_brotli_filter_module.so;
events {}
http {
  brotli on; map $uri $x { brotli_types 1; }
  server {
    access_by_lua_block {
      local a = "}"
    } brotli_types a
      b; proxy_pass http://app;
  }
}
`)
	c, err := readPath("deploy", Options{Without: []string{"http_brotli_filter", "lua"}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "passes", passes(c), "deploy/nginx.conf:9:10 http://app in server < http")
	var dropped []string
	for _, d := range c.Dropped {
		dropped = append(dropped, c.Position(d)+" "+d.Name)
	}
	same(t, "dropped", fmt.Sprint(dropped), "[deploy/nginx.conf:1:1 load_module deploy/nginx.conf:4:3 brotli deploy/nginx.conf:6:5 access_by_lua_block deploy/nginx.conf:8:7 brotli_types]")
	same(t, "map", c.Find("http")[0].Find("map")[0].Block[0].String(), "brotli_types 1;")
	for _, n := range c.Needs() {
		if n.Kind == Module {
			t.Errorf("it still needs %s", n.Name)
		}
	}
}

func TestWithoutWhatNobodyKnows(t *testing.T) {
	lay(t, "-- nginx.conf --\nevents {}\nhttp {}\n")
	_, err := readPath("deploy", Options{Without: []string{"brotly"}})
	if err == nil || harness.BlameOf(err) != harness.Usage {
		t.Fatalf("got %v", err)
	}
	same(t, "problem", err.Error(), `no module is known that is called "brotly"`)
}
