package rest

import "encoding/json"

// hookProblem is what clients of the Cal.com-shaped hooks look for in an error.
type hookProblem struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Details []detail `json:"details,omitempty"`
}

// MarshalJSON writes a problem, for those clients with their form beside.
func (p *problem) MarshalJSON() ([]byte, error) {
	type plain problem
	if p.hook == nil {
		return json.Marshal((*plain)(p))
	}
	return json.Marshal(struct {
		*plain
		Status string       `json:"status"`
		Error  *hookProblem `json:"error"`
	}{(*plain)(p), "error", p.hook})
}
