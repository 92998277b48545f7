// core/router.js and core/list.js: where one is, and the page of a list that is there.
import assert from 'node:assert/strict';
import { modules, test, until } from '../index.mjs';

test('the address', { once: true }, async ({ page, goto, step, base }) => {
  await goto('/sign-in');
  await modules(page);
  const at = () => page.evaluate(() => {
    const { path, query } = window.core.router.place.peek();
    return `${path}?${query}`.replace(/\?$/, '');
  });
  const address = () => page.url().slice(base.length - 1);
  const both = async (want) => until(async () => assert.deepEqual([await at(), address()], [want, want]));
  const go = (path, how) => page.evaluate(([path, how]) => window.core.router.go(path, how), [path, how]);
  const change = (changes) => page.evaluate((changes) => window.core.router.replaceQuery(changes), changes);

  await step('go, back and forward', async () => {
    await page.evaluate(() => { window.mark = 1; });
    await go('/settings/tokens?x=1');
    await both('/settings/tokens?x=1');
    await go('/meetings', { replace: true });
    await go('/deliveries?status=FAILED');
    await page.goBack();
    await both('/meetings');
    await page.goForward();
    await both('/deliveries?status=FAILED');
    assert.equal(await page.evaluate(() => window.mark), 1);
    await go('/meetings/');
    assert.equal(await at(), '/meetings');
  });
  await step('the query: filters replace, pages are gone back from', async () => {
    await go('/deliveries?status=FAILED&after=c1');
    const length = () => page.evaluate(() => history.length);
    const before = await length();
    await change({ status: 'PENDING', q: 'a b&c' });
    await both('/deliveries?status=PENDING&q=a+b%26c');
    assert.equal(await length(), before);
    await change({ after: 'c2', before: null });
    await both('/deliveries?status=PENDING&q=a+b%26c&after=c2');
    await page.goBack();
    await both('/deliveries?status=PENDING&q=a+b%26c');
    await change({ status: null, q: '' });
    await both('/deliveries');
  });
  await step('which links are followed here', async () => {
    await go('/sign-in');
    const followed = await page.evaluate(() => {
      const out = {};
      addEventListener('click', (event) => { window.ours = event.defaultPrevented; event.preventDefault(); }); // behind the router's
      const click = (name, attributes, event = {}, inside = '') => {
        const link = document.createElement('a');
        for (const [key, value] of Object.entries(attributes)) link.setAttribute(key, value);
        const target = inside ? link.appendChild(document.createElement(inside)) : link;
        window.room.append(link);
        history.replaceState(null, '', window.core.router.href('/sign-in'));
        window.core.router.go('/sign-in', { replace: true });
        target.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, button: 0, ...event }));
        out[name] = window.ours ? window.core.router.place.peek().path : 'the browser';
      };
      const { href } = window.core.router;
      click('a link', { href: href('/meetings?x=1') });
      click('what is inside of one', { href: href('/meetings') }, {}, 'span');
      click('relative to the base', { href: 'meetings' });
      click('with control', { href: href('/meetings') }, { ctrlKey: true });
      click('with command', { href: href('/meetings') }, { metaKey: true });
      click('with shift', { href: href('/meetings') }, { shiftKey: true });
      click('the middle button', { href: href('/meetings') }, { button: 1 });
      click('a new tab', { href: href('/meetings'), target: '_blank' });
      click('a download', { href: href('/meetings'), download: '' });
      click('one that leaves', { href: href('/schema.graphql'), 'data-leave': '' });
      click('elsewhere', { href: 'https://elsewhere.example/' });
      click('mail', { href: 'mailto:a@example.org' });
      const target = window.room.appendChild(document.createElement('h2'));
      [target.id, target.tabIndex] = ['there', -1];
      click('an anchor', { href: '#there' });
      out.focused = document.activeElement === target;
      out.address = location.pathname + location.hash;
      return out;
    });
    const browser = 'the browser';
    assert.deepEqual(followed, {
      'a link': '/meetings', 'what is inside of one': '/meetings', 'relative to the base': '/meetings', 'with control': browser, 'with command': browser,
      'with shift': browser, 'the middle button': browser, 'a new tab': browser, 'a download': browser, 'one that leaves': browser, elsewhere: browser, mail: browser,
      'an anchor': '/sign-in', focused: true, address: '/sign-in',
    });
  });
});

test('lists', { once: true }, async ({ page, goto, step }) => {
  await goto('/sign-in');
  await modules(page);
  const asked = []; // {variables, answer(edges, pageInfo)}
  await page.route('**/graphql', (route) => {
    const { variables } = route.request().postDataJSON();
    const json = (data) => route.fulfill({ json: data }).catch(() => {}); // it may have been given up
    asked.push({
      variables,
      answer: (names, pageInfo = {}) => json({ data: { things: {
        edges: names.map((name) => ({ node: { name } })),
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: `s${names[0]}`, endCursor: `e${names.at(-1)}`, ...pageInfo },
      } } }),
      refuse: (message) => json({ errors: [{ message, extensions: { code: 'INTERNAL' } }] }),
    });
  });
  const request = async (n) => until(async () => { assert.equal(asked.length, n); return asked[n - 1]; });
  const state = () => page.evaluate(() => {
    const { nodes, error, loading, page, isFirst } = window.list;
    return { nodes: nodes.value?.map((n) => n.name).join('') ?? null, error: error.value?.message ?? null, loading: loading.value, page: page.value, first: isFirst.value };
  });
  const is = (want) => until(async () => assert.deepEqual(await state(), { error: null, loading: false, page: { newer: null, older: null }, first: true, ...want }));
  const go = (path) => page.evaluate((path) => window.core.router.go(path), path);

  await step('the first page, the next and the one before', async () => {
    await page.evaluate(() => {
      window.core.gql.signedOut.value = false;
      window.core.router.go('/deliveries');
      window.filter = window.core.signal.signal('A');
      window.list = window.core.list.list({ document: 'query', field: 'things', variables: () => ({ filter: window.filter.value }), size: 3 });
    });
    assert.deepEqual((await request(1)).variables, { filter: 'A', first: 3 });
    await is({ nodes: null, loading: true });
    asked[0].answer(['a', 'b'], { hasNextPage: true });
    await is({ nodes: 'ab', page: { newer: null, older: 'eb' } });
    await go('/deliveries?after=eb');
    assert.deepEqual((await request(2)).variables, { filter: 'A', first: 3, after: 'eb' });
    await is({ nodes: 'ab', loading: true, page: { newer: null, older: 'eb' }, first: false });
    asked[1].answer(['c']);
    await is({ nodes: 'c', page: { newer: 'sc', older: null }, first: false });
    await go('/deliveries?before=sc');
    assert.deepEqual((await request(3)).variables, { filter: 'A', last: 3, before: 'sc' });
    asked[2].answer(['a', 'b']);
    await is({ nodes: 'ab', page: { newer: null, older: 'eb' }, first: false });
  });
  await step('an answer that comes late changes nothing', async () => {
    await go('/deliveries');
    await request(4);
    await page.evaluate(() => { window.filter.value = 'B'; });
    assert.equal((await request(5)).variables.filter, 'B');
    asked[4].answer(['y']);
    await is({ nodes: 'y' });
    await asked[3].answer(['x']);
    await page.evaluate(() => new Promise((done) => { setTimeout(done, 30); }));
    await is({ nodes: 'y' });
  });
  await step('an error, and another try', async () => {
    await page.evaluate(() => void window.list.reload());
    (await request(6)).refuse('not now');
    await is({ nodes: 'y', error: 'not now' });
    await page.evaluate(() => void window.list.reload());
    (await request(7)).answer(['z']);
    await is({ nodes: 'z' });
  });
  await step('a refused one of long ago is no error of now', async () => {
    await page.evaluate(() => void window.list.reload());
    await request(8);
    await page.evaluate(() => void window.list.reload());
    (await request(9)).answer(['w']);
    await asked[7].refuse('late');
    await is({ nodes: 'w' });
  });
  await step('another page\'s address is not its own', async () => {
    await go('/meetings?after=other');
    await page.evaluate(() => new Promise((done) => { setTimeout(done, 30); }));
    assert.equal(asked.length, 9);
    await go('/deliveries');
    (await request(10)).answer(['v']);
    await is({ nodes: 'v' });
  });
  await step('nothing is asked for once one is signed out', async () => {
    await page.evaluate(() => { window.core.gql.signedOut.value = true; window.filter.value = 'C'; });
    await page.evaluate(() => new Promise((done) => { setTimeout(done, 30); }));
    assert.equal(asked.length, 10);
  });
  await step('nor when it is closed', async () => {
    await page.evaluate(() => { window.core.gql.signedOut.value = false; window.list.close(); });
    await go('/deliveries?after=x');
    await page.evaluate(() => new Promise((done) => { setTimeout(done, 30); }));
    assert.equal(asked.length, 10);
  });
});
