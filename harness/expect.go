package harness

// BadGateway is the standard expectation where the upstream's answer is invalid or
// cannot be had (RFC 9110 15.6.3).
func BadGateway(t Term, tries int, errorType string) []Check {
	return failure(Answers(502), t, tries, errorType)
}

// GatewayTimeout is the standard expectation where it does not come in time
// (RFC 9110 15.6.5).
func GatewayTimeout(t Term, tries int, errorType string) []Check {
	return failure(Answers(504), t, tries, errorType)
}

// Unanswered is the standard expectation where nobody is at the upstream's address: a
// gateway timeout if the connect timeout ends first, and a bad gateway if the kernel has
// given up looking for the host before that (EHOSTUNREACH).
func Unanswered() []Check {
	checks := GatewayTimeout(ARPTimeout, 0, "connection_timeout")
	checks[0] = byConnectTimeout(checks[0], Answers(502))
	checks[4] = byConnectTimeout(checks[4], Names("destination_ip_unroutable"))
	return checks
}

// byConnectTimeout is one check or another, by which of two times is over first.
func byConnectTimeout(connect, arp Check) Check {
	promised := connect.Judge
	connect.Title += ", or " + arp.Title + " where the connect timeout exceeds ARP's 3 s"
	connect.Judge = func(p Policy, e *Evidence) error {
		if p.Connect.Value > arpFails {
			return arp.Judge(p, e)
		}
		return promised(p, e)
	}
	return connect
}

// CutOff is the standard expectation where an answer breaks after its header has gone
// out: the status cannot be taken back, but the client must be able to see the cut.
func CutOff(t Term, errorType string) []Check {
	return failure(Ends(200, Truncated), t, 1, errorType)
}

// Relayed is the standard expectation where nothing is wrong with the exchange, seen
// by the gateway: it passes on what the upstream says.
func Relayed(status int, t Term) []Check {
	return []Check{Answers(status), TakesAtLeast(t), KeepsPage(), Tries(1), Recovers(), Names(""), HidesVersion()}
}

// Served is the standard expectation where nothing is wrong and nothing takes its time.
func Served(status int) []Check {
	return []Check{Answers(status), AnswersInTime(Immediately), KeepsPage(), Tries(1), Recovers(), Names(""), HidesVersion()}
}

// RelayedPage is the standard expectation of an error that is the upstream's own: a whole
// answer, which the gateway takes no part in.
func RelayedPage(status int) []Check {
	return []Check{Answers(status), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()}
}

// OwnError is the standard expectation of an error of the gateway's own.
func OwnError(status int, t Term, errorType string) []Check {
	return failure(Answers(status), t, 0, errorType)
}

// Denied is the standard expectation of a request that the gateway turns away for what others are
// asking: who of them came to the upstream meanwhile cannot be told from it.
func Denied(status int, errorType string) []Check {
	return []Check{Answers(status), AnswersInTime(Immediately), Recovers(), Names(errorType), HidesVersion(), TellsClient()}
}

func failure(first Check, t Term, tries int, errorType string) []Check {
	return []Check{
		first, AnswersInTime(t), Tries(tries), Recovers(),
		Names(errorType),
		HidesVersion(), TellsClient(),
	}
}
