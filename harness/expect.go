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

// CutOff is the standard expectation where an answer breaks after its header has gone
// out: the status cannot be taken back, but the client must be able to see the cut.
func CutOff(t Term, errorType string) []Check {
	return failure(Ends(200, Truncated), t, 1, errorType)
}

// Relayed is the standard expectation where nothing is wrong with the exchange, seen
// by the gateway: it passes on what the upstream says.
func Relayed(status int, t Term) []Check {
	return []Check{Answers(status), TakesAtLeast(t), Tries(1), Recovers(), Names(""), HidesVersion()}
}

func failure(first Check, t Term, tries int, errorType string) []Check {
	return []Check{
		first, AnswersInTime(t), Tries(tries), Recovers(),
		Names(errorType),
		HidesVersion(), TellsClient(),
	}
}
