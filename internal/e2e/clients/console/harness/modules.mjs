// The console's own modules, in the page that has loaded them.

const files = {
  dom: 'core/dom.js', format: 'core/format.js', gql: 'core/gql.js', list: 'core/list.js', live: 'core/live.js',
  router: 'core/router.js', signal: 'core/signal.js', view: 'core/view.js', dialog: 'ui/dialog.js',
};

/** Makes them window.core, and window.room a place to render into. They are the very modules that the page runs. */
export async function modules(page) {
  await page.evaluate(async (files) => {
    const at = document.querySelector('script[type=module]').src;
    const all = await Promise.all(Object.entries(files).map(async ([name, file]) => [name, await import(new URL(file, at).href)]));
    window.core = Object.fromEntries(all);
    window.room = document.body.appendChild(document.createElement('div'));
  }, files);
}
