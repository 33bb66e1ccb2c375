package harness

// Decides is the setting of a gateway that decides how long a scenario's exchange takes, as it
// is written where the gateway is booted for that scenario alone. Nothing is booted. It is the
// zero value where none does.
func Decides(gw Gateway, s Scenario) (Setting, error) {
	sites := sitesOf(gw, plotsOf(rowsOf(s)))
	boot, err := gw.Boot(sites)
	if err != nil {
		return Setting{}, err
	}
	p, err := gw.Policy(boot, sites[0])
	if err != nil {
		return Setting{}, err
	}
	for _, c := range s.Expect {
		if c.Term != nil {
			return c.Term.Setting(p), nil
		}
	}
	return Setting{}, nil
}

// Promised are a scenario's checks as that version of a gateway is held to them: with the
// declared deviations in the place of what they deviate from.
func Promised(gw Gateway, version string, s Scenario) (checks []Check) {
	declared := gw.Deviations(version)
	for _, c := range s.Expect {
		if d := deviationOf(s.ID, c.Title, declared); d != nil {
			c.Title = d.Instead.Title
		}
		checks = append(checks, c)
	}
	return checks
}
