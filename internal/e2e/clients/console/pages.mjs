// The pages that `make screenshots` takes pictures of, and the states that they can be in.
//
//   path     below the server's URL, or how it is found: async (api) => path
//   prepare  what the picture needs, async (page) => …: opens a dialog, fills in a form; left out: its data
//   stand    makes { before, prepare } for a page whose connection is played with
//   as       'owner', 'member' or 'nobody'; left out: the owner
//   on       'demo', 'empty' or 'receiver': what serves it; left out: the demonstration
//   window   true: the picture is of the window, not of the whole page, as dialogs are in its middle
//   only     'phone' or 'desk'
//   allowed  what the browser may complain of
//   changes  true: it changes what others show, and comes last
import * as act from './pictures/act.mjs';
import * as find from './pictures/find.mjs';

const of = (path, id, rest = '') => async (api) => `${path}/${await id(api)}${rest}`;
const webhook = (end, rest) => of('/settings/webhooks', (api) => find.webhook(api, end), rest);
const routingForm = (rest) => of('/settings/routing-forms', (api) => find.named(api, 'routingForms'), rest);
const typeOf = (type) => async (api) => `/settings/event-types/${await find.eventType(api, type)}`;
const book = (type) => async (api) => `/meetings/new?eventType=${await find.eventType(api, type)}`;

export const pages = [
  { name: 'sign-in', path: '/sign-in', as: 'nobody' },
  { name: 'sign-in-refused', path: '/sign-in', as: 'nobody', prepare: act.submit('Sign in'), allowed: / 400 / },

  { name: 'dashboard', path: '/' },
  { name: 'dashboard-day', path: '/?window=DAY' },
  { name: 'dashboard-week', path: '/?window=WEEK' },
  { name: 'dashboard-first-use', path: '/', on: 'empty' },
  { name: 'dashboard-cut-off', path: '/', stand: act.cut },
  { name: 'menu', path: '/meetings', only: 'phone', window: true, prepare: act.openMenu },

  { name: 'meetings', path: '/meetings' },
  { name: 'meetings-past', path: '/meetings?view=past' },
  { name: 'meetings-none', path: '/meetings', on: 'empty' },
  { name: 'meeting', path: find.comingUp },
  { name: 'meeting-chain', path: find.chained },
  { name: 'meeting-paid', path: find.paid },
  { name: 'meeting-group', path: find.group },
  { name: 'meeting-cancelled', path: find.cancelled },
  { name: 'meeting-reschedule', path: find.comingUp, window: true, prepare: act.dialog('Reschedule') },
  { name: 'meeting-cancel', path: find.comingUp, window: true, prepare: act.dialog(/^Cancel/) },
  { name: 'book', path: book('ROUNDROBIN'), prepare: act.chooseTime },
  { name: 'book-group', path: book('GROUP'), prepare: act.chooseTime },

  { name: 'deliveries', path: '/deliveries' },
  { name: 'deliveries-none', path: '/deliveries', on: 'empty' },
  { name: 'delivery-delivered', path: find.delivery({ status: 'DELIVERED' }, ({ attemptCount, test }) => attemptCount > 1 && !test) },
  { name: 'delivery-pending', path: find.delivery({ status: 'PENDING' }, ({ attemptCount }) => attemptCount > 1) },
  { name: 'delivery-failed', path: find.delivery({ status: 'FAILED' }) },
  { name: 'explain', path: find.explained },
  { name: 'explain-search', path: '/deliveries/explain' },
  { name: 'replay', path: of('/replays', (api) => find.named(api, 'replays')) },

  { name: 'webhooks', path: '/settings/webhooks' },
  { name: 'webhooks-none', path: '/settings/webhooks', on: 'empty' },
  { name: 'webhook', path: webhook('/orders') },
  { name: 'webhook-failing', path: webhook('/billing') },
  { name: 'webhook-form', path: '/settings/webhooks/new', prepare: async (page) => { await act.settled(page); await act.fillWebhook(page); } },
  { name: 'webhook-form-refused', path: '/settings/webhooks/new', prepare: act.submit('Save') },
  { name: 'webhook-form-advanced', path: webhook('/orders', '/edit'), prepare: act.unfold('details.more') },
  { name: 'webhook-test', path: webhook('/orders'), window: true, prepare: act.sendTest, changes: true },
  { name: 'webhook-rotate', path: webhook('/orders'), window: true, prepare: act.dialog('Rotate secret') },
  { name: 'webhook-delete', path: webhook('/orders'), window: true, prepare: act.dialog('Delete') },
  { name: 'webhook-replay', path: webhook('/orders'), window: true, prepare: act.dialog('Replay') },
  { name: 'webhook-created', path: '/settings/webhooks/new', prepare: act.createWebhook, changes: true },

  { name: 'event-types', path: '/settings/event-types' },
  { name: 'event-type', path: typeOf('GROUP') },
  { name: 'event-type-open', path: typeOf('SOLO'), prepare: act.unfold('.sections > details') },
  { name: 'event-type-new', path: '/settings/event-types/new' },

  { name: 'routing-forms', path: '/settings/routing-forms' },
  { name: 'routing-form', path: routingForm() },
  { name: 'routing-form-submissions', path: routingForm('?tab=submissions') },
  { name: 'routing-form-use', path: routingForm('?tab=use') },
  { name: 'routing-form-new', path: '/settings/routing-forms/new' },

  { name: 'agents', path: '/settings/agents' },
  { name: 'agents-invite', path: '/settings/agents', window: true, prepare: act.dialog('Invite agent') },
  { name: 'agent', path: of('/settings/agents', (api) => find.named(api, 'agents', 'Grace Okafor')) },

  { name: 'tokens', path: '/settings/tokens' },
  { name: 'tokens-create', path: '/settings/tokens', window: true, prepare: act.dialog('Create token') },
  { name: 'keys', path: '/settings/tokens?tab=keys' },
  { name: 'identity-providers', path: '/settings/identity-providers' },
  { name: 'audit', path: '/settings/audit' },
  { name: 'explorer', path: '/graphiql', prepare: act.runOperation },

  { name: 'error', path: '/settings/agents', stand: act.broken },
  { name: 'not-found', path: '/settings/nothing' },
  { name: 'not-allowed', path: '/settings/audit', as: 'member' },
  { name: 'receiver', path: '/', on: 'receiver', window: true, prepare: async (page) => { await page.locator('#requests > li').nth(5).waitFor(); } },
];
