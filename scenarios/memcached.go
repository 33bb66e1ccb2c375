package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

var memcached = []Scenario{
	{
		ID: "memcached/healthy", Folklore: "200",
		Title:  "a value that the cache holds is passed on",
		Why:    "Nothing is wrong: the key is asked for and its value is the body. What fails here is wrong in the configuration, such as a key that nobody wrote.",
		World:  World{Speaks: agent.Memcached},
		Fault:  faults.Nothing,
		Expect: Served(200),
	},
	{
		ID: "memcached/missing", Folklore: "404",
		Title:  "a key that the cache does not hold is not found, and no failure",
		Why:    "The cache answered that it has nothing under this key. Configurations pass that on to whoever can make the page (error_page 404): without, visitors see it whenever the cache was emptied.",
		World:  World{Speaks: agent.Memcached},
		Fault:  faults.MissingKey,
		Expect: []Check{Answers(404), AnswersInTime(Immediately), Tries(1), Recovers(), HidesVersion()},
	},
	{
		ID: "memcached/refused", Folklore: "502",
		Title:  "a cache that is gone is a bad gateway, at once",
		Why:    "Nothing listens where memcached_pass leads. A cache that is to be done without needs error_page for 502 and 504 as well as for 404.",
		World:  World{Speaks: agent.Memcached, Process: true},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
	},
	{
		ID: "memcached/error", Folklore: "502",
		Title:  "a cache that answers with an error is a bad gateway, at once",
		Why:    "memcached said SERVER_ERROR: it is out of memory, or was asked for something that it cannot do. That is no value, and no lack of one either.",
		World:  World{Speaks: agent.Memcached},
		Fault:  faults.CacheError,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "memcached/never", Folklore: "504",
		Title:  "a cache that never answers is a gateway timeout, after the read timeout",
		Why:    "The command was read and nothing comes back. With the default of 60 s a cache that hangs is worse than none: memcached_read_timeout should be short.",
		World:  World{Speaks: agent.Memcached},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
}
