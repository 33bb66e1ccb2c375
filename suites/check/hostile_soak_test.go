//go:build soak

package check_test

import "time"

// It is waited for, for as long as any gateway's start.
func init() {
	hostiles["code that never ends"] = hostile{
		conf: frame("", "init_by_lua_block { while true do end }", "", ""), code: 3, says: `does not serve|does not listen`, bound: 45 * time.Second,
	}
}
