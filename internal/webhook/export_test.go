package webhook

import "slotcast/internal/sealing"

// Keys are those that the service seals with.
func (s *Service) Keys() *sealing.Ring { return s.keys }
