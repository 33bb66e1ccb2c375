package routes

import (
	"net/url"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// meet lets a visit meet the conditions around a directive, as far as they are about the
// request.
func meet(v *harness.Visit, d *config.Directive) {
	if d == nil {
		return
	}
	for p := range d.Up() {
		switch p.Name {
		case "if":
			meetCondition(v, p.Args)
		case "limit_except":
			v.Method = methodBut(func(m string) bool { return slices.Contains(p.Args, m) })
		case "location", "server":
			return
		}
	}
}

// methodBut is a method that is not taken out.
func methodBut(out func(string) bool) string {
	for _, m := range []string{"POST", "GET", "PUT", "DELETE", "PATCH"} {
		if !out(m) {
			return m
		}
	}
	return "OPTIONS"
}

// meetCondition meets one that is written as NGINX's if takes it (ngx_http_rewrite_module).
func meetCondition(v *harness.Visit, args []string) {
	if len(args) == 0 || !strings.HasPrefix(args[0], "$") {
		return
	}
	name := strings.TrimPrefix(args[0], "$")
	if len(args) < 3 {
		say(v, name, "1")
		return
	}
	switch args[1] {
	case "=":
		say(v, name, args[2])
	case "~", "~*":
		if text, err := sample(args[2], 1); err == nil {
			say(v, name, text)
		}
	default:
		avoid(v, name, args[1], args[2])
	}
}

// avoid meets a condition that a value is not there. Most are met by what is not said; a
// method is always said.
func avoid(v *harness.Visit, variable, operator, value string) {
	if variable != "request_method" {
		return
	}
	re, err := compile(strings.TrimPrefix(operator, "!"), value)
	v.Method = methodBut(func(m string) bool {
		return operator == "!=" && m == value || operator != "!=" && err == nil && re.MatchString(m)
	})
}

// say lets a variable of NGINX's have a value, where it is of the request.
func say(v *harness.Visit, variable, value string) {
	switch {
	case variable == "request_method":
		v.Method = value
	case variable == "http_host" || variable == "host":
		v.Host = value
	case strings.HasPrefix(variable, "http_"):
		v.Fields = slices.DeleteFunc(v.Fields, func(f agent.Field) bool { return strings.EqualFold(f.Name, fieldName(variable)) })
		v.Fields = append(v.Fields, agent.Field{Name: fieldName(variable), Value: value})
	case strings.HasPrefix(variable, "cookie_"):
		v.Fields = append(v.Fields, agent.Field{Name: "Cookie", Value: strings.TrimPrefix(variable, "cookie_") + "=" + value})
	case strings.HasPrefix(variable, "arg_"):
		v.Path += query(v.Path) + strings.TrimPrefix(variable, "arg_") + "=" + url.QueryEscape(value)
	}
}

func query(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

// fieldName is the header field behind $http_name.
func fieldName(variable string) string {
	return strings.ReplaceAll(strings.TrimPrefix(variable, "http_"), "_", "-")
}
