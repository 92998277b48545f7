package account

// What the external tests see of the inside.
const MaxTold = maxTold
