// The pictures that the documentation shows, made of those that were taken.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const pictures = {
  'dashboard.png': { of: [['dashboard-day', 'desk', 'light']], height: 900 },
  'delivery.png': { of: [['delivery-delivered', 'desk', 'light']], height: 900 },
  'webhook.png': { of: [['webhook-form', 'desk', 'dark']], height: 900 },
  'phone.png': { of: [['meetings', 'phone', 'light'], ['dashboard-day', 'phone', 'dark']], height: 740, gap: 24 },
};

/** Writes them to the folder; path tells where a picture is. */
export async function forDocs(browser, path, folder) {
  mkdirSync(folder, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 1440, height: 1100 } });
  for (const [name, { of, height, gap = 0 }] of Object.entries(pictures)) {
    const images = of.map((picture) => `<div><img alt="" src="data:image/png;base64,${readFileSync(path(...picture)).toString('base64')}"></div>`);
    await page.setContent(`<style>
      body { margin: 0 } main { display: inline-flex; gap: ${gap}px }
      div { height: ${height}px; overflow: hidden; border-radius: ${gap / 2}px; ${gap > 0 ? 'outline: 1px solid #c3cad5; outline-offset: -1px' : ''} } img { display: block }
    </style><main>${images.join('')}</main>`);
    await page.locator('main').screenshot({ path: join(folder, name), omitBackground: true });
  }
  await page.close();
}
