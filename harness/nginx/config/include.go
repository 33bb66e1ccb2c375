package config

import (
	"path"
	"slices"
)

// expand copies directives into a parent, with what their includes lead to in their place.
func (r *reader) expand(in []*Directive, parent *Directive) (out []*Directive, err error) {
	for _, d := range in {
		if r.count++; r.count > maxDirectives {
			return nil, refuse("check reads what people write: hand over a part of it", "%s: more than 500,000 directives, with what is included", r.config.Position(d))
		}
		c := *d
		c.Parent = parent
		if d.Name == "include" && d.Block == nil && len(d.Args) == 1 {
			included, err := r.include(&c)
			if err != nil {
				return nil, err
			}
			out = append(out, included...)
			continue
		}
		if d.Block != nil {
			if c.Block, err = r.expand(d.Block, &c); err != nil {
				return nil, err
			}
			if c.Block == nil {
				c.Block = []*Directive{}
			}
		}
		out = append(out, &c)
	}
	return out, nil
}

// maxIncludes is how many includes are followed.
const maxIncludes = 10_000

// include returns what an include stands for. One that leads to nothing is listed.
func (r *reader) include(d *Directive) (out []*Directive, err error) {
	if r.includes++; r.includes > maxIncludes {
		return nil, refuse("hand over a part of it", "%s: more than 10,000 includes", r.config.Position(d))
	}
	target := d.Args[0]
	if !path.IsAbs(target) {
		target = path.Join(path.Dir(r.config.Entry), target)
	}
	files := r.tree.glob(target)
	if isPattern(target) {
		r.config.Globs = append(r.config.Globs, Glob{Pattern: target, In: d.in()})
	}
	if ours := r.config.Stock && d.File == r.config.Entry && isPattern(target); len(files) == 0 && !ours {
		r.config.Missing = append(r.config.Missing, Missing{Directive: d, Path: target, Stock: isStock(target), Pattern: isPattern(target)})
	}
	for _, native := range files {
		if r.tree.folder(native) {
			return nil, refuse("keep it elsewhere: NGINX does not start so", "%s: the include takes %s, which is a folder", r.config.Position(d), native)
		}
		if at, f := r.tree.open(native); f == nil || f.link != "" {
			r.config.Missing = append(r.config.Missing, Missing{Directive: d, Path: at, Stock: isStock(native)})
			continue
		}
		in, err := r.file(native, d.Parent)
		if err != nil {
			return nil, err
		}
		out = append(out, in...)
	}
	return out, nil
}

// stock are the files that NGINX or a distribution's package of it brings.
var stock = []string{"mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params", "proxy_params",
	"koi-utf", "koi-win", "win-utf", "fastcgi-php.conf", "snakeoil.conf"}

func isStock(native string) bool { return slices.Contains(stock, path.Base(native)) }
