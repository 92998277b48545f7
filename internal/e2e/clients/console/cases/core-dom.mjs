// core/dom.js: templates.
import assert from 'node:assert/strict';
import { modules, test } from '../index.mjs';

const opens = (body) => async (given) => {
  await given.goto('/sign-in');
  await modules(given.page);
  await body(given);
};

test('text is never markup', { once: true }, opens(async ({ page, step, allow }) => {
  const evil = [
    '<img src="/x" onerror="window.owned = 1">', '"><script>window.owned = 1</script>', '\' onmouseover=\'window.owned = 1',
    '</textarea></style></title><img src="/x">', '<!--slot-0;-->', 'slot-0;', '--><b>', '${1}', '&lt;b&gt;&amp;', '\u0000\u2028<svg onload=1>',
  ];
  await step('wherever a value stands', async () => {
    const wrong = await page.evaluate((evil) => {
      const { html, svg, keyed, render } = window.core.dom;
      const wrong = [];
      for (const text of evil) {
        const equal = (where, got, want = text) => got !== want && wrong.push(`${where}: ${got} instead of ${want}`);
        window.room.replaceChildren();
        const root = window.room.appendChild(document.createElement('div'));
        render(root, html`<p id="a">${text}</p><p id="b">${[text, [[text], html`<i>${text}</i>`], keyed('k', html`<u>${text}</u>`)]}</p>
          <p id="c" title=${text} data-part="x ${text} y ${text}" class=${['one', text]}></p><textarea id="d" .value=${text}></textarea>
          <p id="e" .textContent=${text}></p><input id="f" value=${text}><a id="g" href=${text}></a>
          <table><tbody>${[1, 2].map(() => html`<tr><td>${text}</td></tr>`)}</tbody></table><select>${html`<option>${text}</option>`}</select>
          <svg><title id="h">t</title>${svg`<text id="i" data-x=${text}>${text}</text>`}</svg>`);
        const at = (id) => root.querySelector(`#${id}`);
        equal('text', at('a').textContent);
        equal('arrays', at('b').textContent, text.repeat(4));
        equal('an attribute', at('c').getAttribute('title'));
        equal('parts of one', at('c').dataset.part, `x ${text} y ${text}`);
        equal('class', at('c').getAttribute('class'), `one ${text}`);
        equal('a textarea', at('d').value, text);
        equal('a property', at('e').textContent);
        equal('value', at('f').getAttribute('value'));
        equal('href', at('g').getAttribute('href'));
        for (const cell of root.querySelectorAll('td')) equal('a cell', cell.textContent);
        equal('an option', root.querySelector('option').textContent);
        equal('svg', at('i').textContent + at('i').dataset.x, text + text);
        const strange = [...root.querySelectorAll('*')].filter((e) => /^(img|script|b|style)$/.test(e.localName) || [...e.attributes].some((a) => a.name.startsWith('on')));
        if (strange.length > 0) wrong.push(`${text} became ${strange.map((e) => e.outerHTML)}`);
        render(root, html`${text}`);
        equal('the root', root.textContent);
        if (root.children.length > 0) wrong.push(`${text} became elements`);
      }
      return wrong;
    }, evil);
    assert.deepEqual(wrong, []);
  });
  await step('and runs nowhere', async () => {
    allow(/Content Security Policy|Trusted|javascript:/);
    const refused = await page.evaluate(() => {
      const { html, render } = window.core.dom;
      const tries = [
        () => html`<a href=${'javascript:window.owned = 1'}>x</a>`, () => html`<a href=${' java\nscript:window.owned = 1'}>x</a>`,
        () => html`<button onclick=${'window.owned = 1'}>x</button>`, () => html`<div .innerHTML=${'<img src="/x" onerror="window.owned = 1">'}></div>`,
        () => html`<iframe srcdoc=${'<script>parent.owned = 1</script>'}></iframe>`, () => html`<iframe src=${'javascript:parent.owned = 1'}></iframe>`,
        () => html`<script .textContent=${'window.owned = 1'}></script>`, () => html`<p style=${'position: fixed'}>x</p>`,
      ];
      return tries.filter((make) => {
        const root = window.room.appendChild(document.createElement('div'));
        try {
          render(root, make());
          root.querySelector('a, button')?.click();
        } catch {
          return true;
        }
        return false;
      }).length;
    });
    assert.ok(refused >= 2, `${refused} were refused at once`);
    assert.equal(await page.evaluate(() => new Promise((done) => { setTimeout(() => done(window.owned), 50); })), undefined);
    assert.deepEqual(await page.evaluate(() => [...window.room.querySelectorAll('p')].map((e) => getComputedStyle(e).position)), ['static']);
  });
}));

test('attributes, properties, listeners', { once: true }, opens(async ({ page }) => {
  const got = await page.evaluate(() => {
    const { html, svg, render } = window.core.dom;
    const { signal, Signal } = window.core.signal;
    customElements.define('x-signals', class extends HTMLElement { name = signal('none'); });
    const root = window.room;
    const out = {};
    const refs = [];
    const clicks = [];
    const view = (v) => html`<div id="a" title=${v} lang="${v}-${v}" class=${['x', v && 'y', null, false]} ?hidden=${v} aria-busy=${v}></div>
      <input .value=${v ?? ''} type="text"><x-signals .name=${v} ref=${(e) => refs.push(e)}></x-signals>
      <button @click=${v && ((e) => clicks.push([v, e.type]))}></button><p style=${v ? { width: '50%', color: v === 1 ? 'red' : null, '--x': v } : null}></p>
      ${html`<svg viewBox=${`0 0 1 ${Number(v) || 2}`}>${svg`<circle r=${Number(v) || 2}></circle>`}</svg>`}`;
    const look = () => {
      const $ = (s) => root.querySelector(s);
      $('button').click();
      return [$('#a').outerHTML.replaceAll('<!---->', ''), $('input').value, $('x-signals').name.value, $('p').style.cssText, $('svg').getAttribute('viewBox')];
    };
    for (const [name, v] of Object.entries({ text: 'v', none: null, yes: true, no: false, nought: 0, one: 1 })) {
      render(root, view(v));
      out[name] = look();
    }
    const input = root.querySelector('input');
    input.focus();
    input.value = 'typed';
    input.setSelectionRange(2, 3);
    render(root, view('typed')); // what the form says is what stands there
    out.selection = [input.selectionStart, input.selectionEnd];
    return {
      ...out, clicks, refs: refs.length, stillSignal: root.querySelector('x-signals').name instanceof Signal,
      svg: [root.querySelector('circle').namespaceURI, root.querySelector('circle') instanceof SVGCircleElement],
    };
  });
  const div = (attributes) => `<div ${attributes}></div>`;
  assert.deepEqual(got.text, [div('id="a" title="v" lang="v-v" class="x y" hidden="" aria-busy="v"'), 'v', 'v', 'width: 50%; --x: v;', '0 0 1 2']);
  assert.deepEqual(got.none, [div('id="a" lang="-" class="x"'), '', null, '', '0 0 1 2']);
  assert.deepEqual(got.yes[0], div('id="a" lang="-" class="x y" title="" hidden="" aria-busy=""'));
  assert.deepEqual(got.no[0], div('id="a" lang="-" class="x"'));
  assert.equal(got.nought[0], div('id="a" lang="0-0" class="x" title="0" aria-busy="0"'));
  assert.deepEqual(got.one.slice(1), ['1', 1, 'width: 50%; color: red; --x: 1;', '0 0 1 1']);
  assert.deepEqual(got.clicks, [['v', 'click'], [true, 'click'], [1, 'click']]);
  assert.deepEqual([got.refs, got.stillSignal, got.selection], [1, true, [2, 3]]);
  assert.deepEqual(got.svg, ['http://www.w3.org/2000/svg', true]);
}));

test('what stands in one place', { once: true }, opens(async ({ page }) => {
  const got = await page.evaluate(() => {
    const { html, keyed, render } = window.core.dom;
    const root = window.room;
    const shown = [];
    const a = (x) => html`<b>${x}</b>`;
    const b = (x) => html`<i>${x}${a(x)}</i>`;
    const node = document.createElement('em');
    const values = [a(1), b(1), 'text', node, [a(1), 'x', [b(2)]], [], 0, null, undefined, false, true, '', [null, a(3)], keyed(1, a(4)), a(5), b(6)];
    for (const value of [...values, ...values.toReversed()]) {
      render(root, html`<p>${value}</p>`);
      shown.push(root.innerHTML.replaceAll(/<!---->|<!--slot-\d;-->/g, ''));
    }
    render(root, html`<p>${a(1)}</p>`);
    const first = root.querySelector('b');
    render(root, html`<p>${a(2)}</p>`);
    const second = root.querySelector('b'); // another template's: each literal is one
    const same = (x) => render(root, html`<p>${a(x)}</p>`);
    same(3);
    const third = root.querySelector('b');
    same(4);
    return { shown, kept: root.querySelector('b') === third && third.textContent === '4', renewed: first !== second };
  });
  const one = ['<b>1</b>', '<i>1<b>1</b></i>', 'text', '<em></em>', '<b>1</b>x<i>2<b>2</b></i>', '', '0', '', '', '', '', '', '<b>3</b>', '<b>4</b>', '<b>5</b>', '<i>6<b>6</b></i>'];
  assert.deepEqual(got.shown, [...one, ...one.toReversed()].map((inside) => `<p>${inside}</p>`));
  assert.ok(got.kept && got.renewed, JSON.stringify(got));
}));

test('tables, selects, and where no value can stand', { once: true }, opens(async ({ page }) => {
  const got = await page.evaluate(() => {
    const { html, keyed, render } = window.core.dom;
    const root = window.room;
    const view = (rows, chosen) => html`<table><thead><tr>${rows.map((r) => html`<th>${r}</th>`)}</tr></thead><tbody>${rows.map((r) => keyed(r, html`<tr><td>${r}</td></tr>`))}</tbody></table>
      <select>${rows.map((r) => html`<option value=${r} .selected=${r === chosen}>${r}</option>`)}</select>
      <select><optgroup label="g">${rows.map((r) => html`<option value=${r}>${r}</option>`)}</optgroup></select>`;
    const look = () => [[...root.querySelectorAll('tbody > tr > td')].map((e) => e.textContent).join(''), root.querySelectorAll('thead > tr > th').length, root.querySelector('select').value, root.querySelectorAll('optgroup > option').length];
    const out = [];
    for (const [rows, chosen] of [['abc', 'b'], ['cab', 'c'], ['bd', 'd'], ['', ''], ['xy', 'x']]) {
      render(root, view([...rows], chosen));
      out.push(look());
    }
    const errors = [
      () => html`<textarea>${1}</textarea>`, () => html`<!-- ${1} -->`, () => html`<p class="a" class=${1}></p>`, () => html`<title>${1}</title>`, () => html`<template>${1}</template>`,
    ].map((make) => {
      try {
        return render(document.createElement('div'), make());
      } catch (error) {
        return error.message;
      }
    });
    return { out, errors };
  });
  assert.deepEqual(got.out, [['abc', 3, 'b', 3], ['cab', 3, 'c', 3], ['bd', 2, 'd', 2], ['', 0, '', 0], ['xy', 2, 'x', 2]]);
  for (const error of got.errors) assert.match(error ?? 'no error', /a value stands where none can be/);
}));

// Any sequence of lists: what is shown is the list, the element of a key stays the
// same one, and no more of them move than have to.
test('keyed lists', { once: true }, opens(async ({ page, step }) => {
  const run = (options) => page.evaluate(({ seed, steps, double }) => {
    const { html, keyed, render } = window.core.dom;
    let state = seed;
    const random = (n) => { // mulberry32
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) % n;
    };
    let left = new Set();
    if (!customElements.get('x-row')) customElements.define('x-row', class extends HTMLElement { disconnectedCallback() { this.left(this); } });
    const root = window.room.appendChild(document.createElement('div'));
    const show = (list) => render(root, html`<div>before${list.map(({ key, text }) => keyed(key, html`<x-row .left=${(e) => left.add(e)}><input aria-label="x">${text}</x-row>`))}<b>behind</b></div>`);
    const longestRun = (places) => { // that rises; the plain way
      const best = places.map(() => 1);
      places.forEach((p, i) => { for (let j = 0; j < i; j++) if (places[j] < p) best[i] = Math.max(best[i], best[j] + 1); });
      return Math.max(0, ...best);
    };
    let list = [];
    let elements = new Map();
    for (let i = 0, fresh = 0; i < steps; i++) {
      const next = [...list];
      for (let n = 1 + random(4); n > 0; n--) {
        const at = random(next.length + 1);
        switch (random(6)) {
          case 0: case 1: next.splice(at, 0, { key: double ? random(6) : `k${fresh++}`, text: `t${random(99)}` }); break;
          case 2: next.splice(at, 1 + random(2)); break;
          case 3: next.splice(random(next.length + 1), 0, ...next.splice(at, 1)); break;
          case 4: if (next[at]) next[at] = { ...next[at], text: `t${random(99)}` }; break;
          default: if (random(5) === 0) next.sort(() => random(3) - 1); else if (random(9) === 0) next.reverse();
        }
      }
      const focused = list.length > 0 ? elements.get(list[random(list.length)].key) : undefined;
      focused?.firstChild.focus();
      left = new Set();
      show(next);
      const rows = [...root.querySelectorAll('x-row')];
      const fault = (words) => ({ seed, i, words, list: list.map((r) => r.key), next: next.map((r) => r.key), rows: rows.map((r) => r.textContent) });
      if (rows.map((r) => r.textContent).join() !== next.map((r) => r.text).join()) return fault('another text');
      if (!root.textContent.startsWith('before') || !root.textContent.endsWith('behind')) return fault('something else moved');
      if (!double) {
        const kept = list.filter(({ key }) => next.some((r) => r.key === key));
        if (next.some(({ key }, n) => elements.has(key) && elements.get(key) !== rows[n])) return fault('a key has another element');
        const moved = kept.filter(({ key }) => left.has(elements.get(key))).length;
        const must = kept.length - longestRun(kept.map(({ key }) => next.findIndex((r) => r.key === key)));
        if (moved !== must) return fault(`${moved} moved instead of ${must}`);
        if (focused && focused.isConnected && !left.has(focused) && document.activeElement !== focused.firstChild) return fault('focus is lost');
        elements = new Map(next.map(({ key }, n) => [key, rows[n]]));
      }
      list = next;
    }
    root.remove();
    return null;
  }, options);
  for (const seed of [1, 2, 3]) {
    await step(`each key once, seed ${seed}`, async () => assert.equal(await run({ seed, steps: 120, double: false }), null));
    await step(`keys twice, seed ${seed}`, async () => assert.equal(await run({ seed, steps: 60, double: true }), null));
  }
}));
