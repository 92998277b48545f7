package booking

// Workable is what the booking commands ask before they take agents' time.
var Workable = workable
