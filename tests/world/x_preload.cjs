// Makes a real Strapi meet the stand-in for X: NODE_OPTIONS="--require …/x_preload.cjs".
//   STANDIN_X_URL    where the stand-in listens; without it nothing is changed
//   STANDIN_X_PAGES  where browsers find it, if that is another name of this machine
// What the process asks of https://api.twitter.com goes to the stand-in, and the address of the consent
// page, which Strapi sends browsers to, is the stand-in's. Everything else is as it was.
'use strict';

const http = require('node:http');
const https = require('node:https');
const Module = require('node:module');

const API = 'https://api.twitter.com';
const CONSENT = `${API}/oauth/authenticate`;
const standin = process.env.STANDIN_X_URL;
const pages = process.env.STANDIN_X_PAGES || standin;

if (standin) {
  rerouteFetch();
  rerouteHttps();
  changeConsentPage();
}

/** Strapi 5.51 and newer. */
function rerouteFetch() {
  const { fetch } = globalThis;
  globalThis.fetch = function rerouted(input, init) {
    const url = typeof input === 'object' && 'url' in input ? input.url : String(input);
    if (!url.startsWith(`${API}/`)) return fetch(input, init);
    const moved = standin + url.slice(API.length);
    return fetch(typeof input === 'object' && 'url' in input ? new Request(moved, input) : moved, init);
  };
}

/** Strapi up to 5.50: grant and purest, which call `https.request(options)`. */
function rerouteHttps() {
  for (const name of ['request', 'get']) {
    const real = https[name];
    https[name] = function rerouted(first, ...rest) {
      const options = typeof first === 'string' || first instanceof URL ? undefined : first;
      const url = options ? undefined : new URL(first);
      const host = url ? url.host : options.hostname || options.host;
      if (host !== new URL(API).host) return real.call(https, first, ...rest);
      const { protocol, hostname, port } = new URL(standin);
      const there = { protocol, hostname, host: hostname, port, agent: undefined };
      if (options) return http[name]({ ...options, ...there }, ...rest);
      const more = typeof rest[0] === 'object' ? rest.shift() : {};
      return http[name]({ path: url.pathname + url.search, ...more, ...there }, ...rest);
    };
  }
}

/** 5.51 and newer: in a module of the plugin's own; before: in grant's oauth.json. */
function changeConsentPage() {
  const consent = `${pages}/oauth/authenticate`;
  const { _compile } = Module.prototype;
  Module.prototype._compile = function compiled(content, filename, ...rest) {
    const isStrapis = /[\\/]plugin-users-permissions[\\/].*[\\/]oauth-connect[\\/]/.test(filename);
    return _compile.call(this, isStrapis ? content.replaceAll(CONSENT, consent) : content, filename, ...rest);
  };
  const json = Module._extensions['.json'];
  Module._extensions['.json'] = function loaded(module, filename) {
    json(module, filename);
    if (/[\\/]grant[\\/]config[\\/]oauth\.json$/.test(filename)) {
      module.exports.twitter.authorize_url = consent;
    }
  };
}
