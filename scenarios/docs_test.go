package scenarios_test

import (
	"testing"

	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/report"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/made"
)

// versions are those that the catalogue is played on (suites/versions).
var versions = []string{"1.22.1", "1.26.3", "1.30.6"}

// What people read is made of what is played.
func TestTheDocumentsAreMadeOfTheCatalogue(t *testing.T) {
	c := report.Catalogue{Scenarios: scenarios.All(), Gateway: nginx.Reference("nginx"), Called: "NGINX", Versions: versions}
	text, err := c.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	if err := made.File("../docs/catalogue.md", text); err != nil {
		t.Error(err)
	}
	if err := made.Section("../README.md", "catalogue", c.Matrix()); err != nil {
		t.Error(err)
	}
	if err := made.Section("../docs/clock.md", "kernel", c.Kernel()); err != nil {
		t.Error(err)
	}
}
