package live

// What the external tests see of the inside.
const KeptChanges = keptChanges
