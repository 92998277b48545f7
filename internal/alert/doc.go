// Package alert tells people when the server has changed the state of a webhook:
// that it fails, that it was given up, or that its receiver is well again.
//
// A webhook's row says, for each channel, of which state was last told. A [Worker]
// looks for those where that is not the one they are in, sends what there is to tell,
// and then moves the mark, if the state is still what was told. So each change is told at
// least once, by one process as a rule; a process that dies between the two, or
// two that look at the same moment, tell it twice, under the same id. A state that
// lasted for a moment between two looks is never told. Who changes a state wakes
// the worker of its process, so that people hear of it within a second; others look
// every ten or so.
//
// What people decide is not told: who pauses, resumes or switches off a webhook
// knows. The server's own changes are known by their entry in the audit log. That
// a webhook is well again is told when it has been for a while, so that one that
// comes and goes makes one alert.
//
// There are two channels, either, both or none of which is set: e-mail to the
// owners and admins of the app, and a signed message to one URL for all apps. Each
// has its own pace: one that does not work keeps nobody waiting, and what it could
// not send for a day is given up.
package alert
