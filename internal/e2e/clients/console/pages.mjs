// The pages that `make screenshots` takes pictures of. `path` is below the server's URL,
// `prepare(page, {base})` does what the picture needs: waits for data, opens a dialog.
// `anonymous` pages are seen without being signed in.
export const pages = [
  { name: 'health', path: '/healthz', anonymous: true },
];
