/** Proxies from the environment, by Go's rules. */
import { expect, test } from 'vitest'
import { proxyFromEnvironment } from './proxy.ts'

const proxy = 'http://proxy:3128'
const rows = [
  { server: 'https://api.example.com', env: { HTTPS_PROXY: proxy }, used: proxy, reason: 'the plain case' },
  { server: 'https://api.example.com', env: { https_proxy: proxy }, used: proxy, reason: 'small letters' },
  { server: 'http://api.example.com', env: { HTTPS_PROXY: proxy }, used: undefined, reason: 'another scheme' },
  {
    server: 'https://api.example.com',
    env: { HTTPS_PROXY: 'proxy:3128' },
    used: proxy,
    reason: 'a proxy without a scheme speaks http',
  },
  {
    server: 'https://127.0.0.1:6443',
    env: { HTTPS_PROXY: proxy },
    used: undefined,
    reason: 'loopback is never proxied',
  },
  { server: 'https://localhost:6443', env: { HTTPS_PROXY: proxy }, used: undefined, reason: 'loopback by name' },
  { server: 'https://[::1]:6443', env: { HTTPS_PROXY: proxy }, used: undefined, reason: 'loopback of IPv6' },
  {
    server: 'https://api.example.com',
    env: { HTTPS_PROXY: proxy, NO_PROXY: 'a.b, example.com' },
    used: undefined,
    reason: 'a sub-domain of an exempt domain',
  },
  {
    server: 'https://example.com',
    env: { HTTPS_PROXY: proxy, NO_PROXY: '.example.com' },
    used: proxy,
    reason: 'a leading dot exempts only sub-domains',
  },
  {
    server: 'https://badexample.com',
    env: { HTTPS_PROXY: proxy, NO_PROXY: 'example.com' },
    used: proxy,
    reason: 'domains end at dots',
  },
  {
    server: 'https://api.example.com:6443',
    env: { HTTPS_PROXY: proxy, NO_PROXY: 'example.com:443' },
    used: proxy,
    reason: 'another port',
  },
  {
    server: 'https://10.1.2.3',
    env: { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' },
    used: undefined,
    reason: 'a subnet',
  },
  {
    server: 'https://11.1.2.3',
    env: { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8,1/2' },
    used: proxy,
    reason: 'outside the subnet',
  },
  {
    server: 'https://api.example.com',
    env: { HTTPS_PROXY: proxy, NO_PROXY: '*' },
    used: undefined,
    reason: 'everything',
  },
]

for (const { server, env, used, reason } of rows) {
  test(`${server} uses ${used ?? 'no proxy'}: ${reason}`, () => expect(proxyFromEnvironment(server, env)).toBe(used))
}
