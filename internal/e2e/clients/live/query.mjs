export const query = `subscription ($after: Cursor) {
  meetingEvents(after: $after) {
    id cursor trigger sequence occurredAt
    meeting { id start status agents { id name } attendees { id name email } }
  }
}`;
