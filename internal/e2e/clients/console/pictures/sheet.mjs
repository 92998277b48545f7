// A page with all pictures.
import { schemes, viewports } from '../harness/browser.mjs';

export function sheet(pages, file) {
  const figure = (page, viewport, scheme) => {
    const name = file(page.name, viewport, scheme);
    return `<figure class="${viewport}"><a href="${name}"><img src="${name}" alt="" loading="lazy"></a><figcaption>${viewport}, ${scheme}</figcaption></figure>`;
  };
  const rows = pages.map((page) => `<h2 id="${page.name}">${page.name}</h2>\n<div>${Object.keys(viewports)
    .filter((viewport) => (page.only ?? viewport) === viewport)
    .flatMap((viewport) => schemes.map((scheme) => figure(page, viewport, scheme))).join('\n')}</div>`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>
  body { font: 15px sans-serif; margin: 24px; background: #888; color: #fff } nav { columns: 6 } nav a { display: block; color: inherit }
  div { display: flex; gap: 16px; align-items: flex-start; overflow-x: auto }
  figure { margin: 0; flex: none } .desk img { width: 720px } .phone img { width: 240px }
</style>
<nav>${pages.map(({ name }) => `<a href="#${name}">${name}</a>`).join('')}</nav>
${rows.join('\n')}
</html>
`;
}
