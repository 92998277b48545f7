// core/signal.js and core/view.js: values that change, and elements that show them.
import assert from 'node:assert/strict';
import { modules, test } from '../index.mjs';

const opens = (body) => async (given) => {
  await given.goto('/sign-in');
  await modules(given.page);
  await body(given);
};

test('signals', { once: true }, opens(async ({ page }) => {
  const got = await page.evaluate(async () => {
    const { signal, computed, effect } = window.core.signal;
    const settled = () => new Promise((done) => { setTimeout(done); });
    const out = {};

    const a = signal(1);
    let worked = 0;
    const b = computed(() => (worked++, a.value + 1));
    const c = computed(() => a.value * 2);
    const seen = [];
    const stop = effect(() => seen.push([a.value, b.value, c.value]));
    a.value = 2;
    a.value = 3;
    out.atOnce = [b.value, c.peek()];
    await settled();
    a.value = 3;
    await settled();
    out.diamond = seen.splice(0);
    out.worked = worked; // once for each value that was asked for
    stop();
    a.value = 4;
    await settled();
    out.stopped = seen.length;

    const even = computed(() => a.value % 2 === 0);
    const chain = computed(() => (even.value ? 'even' : 'odd'));
    let runs = 0;
    const quiet = effect(() => { chain.value; runs++; });
    for (const n of [6, 8, 10, 11, 13, 14]) {
      a.value = n;
      await settled();
    }
    out.sameAgain = runs; // 4 and then 11 and 14
    quiet();

    const which = signal(true);
    const left = signal('l');
    const right = signal('r');
    const branch = [];
    effect(() => branch.push(which.value ? left.value : right.value));
    right.value = 'r2';
    await settled();
    which.value = false;
    await settled();
    left.value = 'l2';
    await settled();
    right.value = 'r3';
    await settled();
    out.branch = branch;

    const n = signal(0);
    const counts = [];
    effect(() => { counts.push(n.value); if (n.value < 3) n.value++; }); // changes what it has read
    await settled();
    out.inside = [...counts];

    const outer = [];
    const inner = [];
    let end = () => {};
    const i = signal(0);
    effect(() => { outer.push(n.value); end(); end = effect(() => inner.push(i.value)); });
    i.value = 1;
    await settled();
    n.value = 9;
    await settled();
    i.value = 2;
    await settled();
    out.nested = [outer, inner];

    const bad = signal(true);
    const risky = computed(() => { if (bad.value) throw new Error('bad'); return 'good'; });
    const results = [];
    effect(() => { try { results.push(risky.value); } catch (error) { results.push(error.message); } });
    bad.value = false;
    await settled();
    bad.value = true;
    await settled();
    out.errors = results;

    const peeked = signal(1);
    let peeks = 0;
    effect(() => { peeked.peek(); peeks++; });
    peeked.value = 2;
    await settled();
    out.peeks = peeks;

    const nan = signal(NaN);
    let nans = 0;
    effect(() => { nan.value; nans++; });
    nan.value = NaN;
    await settled();
    out.nans = nans;
    return out;
  });
  assert.deepEqual(got, {
    atOnce: [4, 6], diamond: [[1, 2, 2], [3, 4, 6]], worked: 2, stopped: 0, sameAgain: 3, branch: ['l', 'r2', 'r3'],
    inside: [0, 1, 2, 3], nested: [[3, 9], [0, 1, 1, 2]], errors: ['bad', 'good', 'bad'], peeks: 1, nans: 1,
  });
}));

test('views', { once: true }, opens(async ({ page, step, allow }) => {
  allow(/the third is broken/);
  await page.evaluate(() => {
    const { signal } = window.core.signal;
    const { html } = window.core.dom;
    const { View } = window.core.view;
    window.shared = signal('a');
    window.log = [];
    customElements.define('x-child', class extends View {
      given = signal('');
      connected() { window.log.push('child begins'); this.own(() => window.log.push('child ends')); }
      view() { window.log.push(`child ${this.given.value} ${window.shared.value}`); return html`<i>${this.given.value}</i>`; }
    });
    customElements.define('x-parent', class extends View {
      view() {
        window.log.push(`parent ${window.shared.value}`);
        if (window.shared.value === 'broken' && this.id === 'third') throw new Error('the third is broken');
        return html`<x-child .given=${window.shared.value}></x-child>`;
      }
    });
    window.frame = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
    window.said = () => window.log.splice(0);
  });
  await step('once in a frame, the child of a parent too', async () => assert.deepEqual(await page.evaluate(async () => {
    const parent = document.createElement('x-parent');
    window.room.append(parent);
    const begun = window.said();
    window.shared.value = 'b';
    window.shared.value = 'c';
    const atOnce = window.said();
    await new Promise(requestAnimationFrame); // both in the very next one
    const drawn = [window.said(), parent.textContent];
    parent.querySelector('x-child').given.value = 'x';
    await window.frame();
    await window.frame();
    return [begun, atOnce, ...drawn, window.said(), parent.textContent];
  }), [['parent a', 'child begins', 'child a a'], [], ['parent c', 'child c c'], 'c', ['child x c'], 'x']));
  await step('not when it has left, and again when it is back', async () => assert.deepEqual(await page.evaluate(async () => {
    const parent = window.room.querySelector('x-parent');
    window.shared.value = 'd';
    parent.remove();
    window.shared.value = 'e';
    await window.frame();
    const away = window.said();
    parent.update();
    await window.frame();
    away.push(...window.said());
    window.room.append(parent);
    await window.frame();
    return [away, window.said(), parent.textContent];
  }), [['child ends'], ['parent e', 'child begins', 'child e e'], 'e']));
  await step('one that throws does not stop the others, and comes back', async () => assert.deepEqual(await page.evaluate(async () => {
    window.room.replaceChildren();
    const all = ['first', 'second', 'third', 'fourth'].map((id) => Object.assign(document.createElement('x-parent'), { id }));
    window.room.append(...all);
    window.shared.value = 'broken';
    await window.frame();
    const broken = all.map((e) => e.textContent);
    window.shared.value = 'whole';
    await window.frame();
    return [broken, all.map((e) => e.textContent)];
  }), [['broken', 'broken', 'e', 'broken'], ['whole', 'whole', 'whole', 'whole']]));
  await step('in the background, where no frames come', async () => assert.equal(await page.evaluate(async () => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    const frames = window.requestAnimationFrame;
    window.requestAnimationFrame = () => 0;
    window.shared.value = 'hidden';
    const until = performance.now() + 3000;
    while (window.room.textContent !== 'hidden'.repeat(4) && performance.now() < until) await new Promise((done) => { setTimeout(done, 20); });
    window.requestAnimationFrame = frames;
    delete document.hidden;
    return window.room.textContent;
  }), 'hidden'.repeat(4)));
}));

test('nothing holds what has left', { once: true }, opens(async ({ page, context }) => {
  await page.evaluate(async () => {
    const { signal, computed, effect } = window.core.signal;
    const { html } = window.core.dom;
    const { View } = window.core.view;
    window.shared = signal(0);
    customElements.define('x-held', class extends View {
      by = 2;
      twice = computed(() => window.shared.value * this.by);
      connected() { this.own(effect(() => { this.seen = this.twice.value; })); }
      view() { return html`<b @click=${() => this.update()}>${this.twice.value} ${window.shared.value}</b>`; }
    });
    window.held = [];
    for (let i = 0; i < 50; i++) {
      const element = window.room.appendChild(document.createElement('x-held'));
      window.held.push(new WeakRef(element));
    }
    window.shared.value++;
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
    if (window.room.textContent !== '2 1'.repeat(50)) throw new Error(window.room.textContent);
    window.room.replaceChildren();
    window.shared.value++;
  });
  const session = await context.newCDPSession(page);
  await page.evaluate(() => new Promise((done) => { setTimeout(done); })); // a WeakRef holds until the task is over
  await session.send('HeapProfiler.collectGarbage');
  assert.equal(await page.evaluate(() => window.held.filter((ref) => ref.deref()).length), 0);
}));
