import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { isSigned, repositoryUrls } from './webhook-payload.ts'

const https = 'https://git.example.com/team/fleet.git'
const ssh = 'git@git.example.com:team/fleet.git'
const page = 'https://git.example.com/team/fleet'

test.each([
  {
    reason: 'GitHub and Gitea',
    payload: { ref: 'refs/heads/main', repository: { id: 1, clone_url: https, ssh_url: ssh, html_url: page } },
    want: [https, ssh, page],
  },
  {
    reason: 'GitLab',
    payload: {
      object_kind: 'push',
      project: { git_http_url: https, git_ssh_url: ssh, web_url: page },
      repository: { git_http_url: https, homepage: page },
    },
    want: [https, page, ssh],
  },
  {
    reason: 'Bitbucket cloud',
    payload: { push: {}, repository: { full_name: 'team/fleet', links: { html: { href: page } } } },
    want: [page, ssh],
  },
  {
    reason: 'Bitbucket server',
    payload: { repository: { links: { clone: [{ href: https }, { href: ssh }, {}] } } },
    want: [https, ssh],
  },
  { reason: 'Azure DevOps', payload: { resource: { repository: { remoteUrl: https } } }, want: [https] },
  { reason: 'our own form', payload: { repository: https }, want: [https] },
  { reason: 'our own form for several', payload: { repositories: [https, ssh, 3] }, want: [https, ssh] },
  { reason: 'a ping names none', payload: { zen: 'Design for failure' }, want: [] },
  { reason: 'not an object', payload: [null], want: [] },
  { reason: 'fields of the wrong type', payload: { repository: { clone_url: 7, links: 'x', url: '' } }, want: [] },
])('repositoryUrls(): $reason', ({ payload, want }) => {
  expect(repositoryUrls(payload).toSorted()).toEqual(want.toSorted())
})

const body = Buffer.from('{"a":1}')
const mac = createHmac('sha256', 's3cret').update(body).digest('hex')

test.each([
  { reason: 'GitHub signs with a prefix', headers: { 'x-hub-signature-256': `sha256=${mac}` }, want: true },
  { reason: 'Gitea signs without', headers: { 'x-gitea-signature': mac }, want: true },
  { reason: 'GitLab sends the secret', headers: { 'x-gitlab-token': 's3cret' }, want: true },
  {
    reason: 'a signature over something else',
    headers: { 'x-hub-signature-256': `sha256=${mac.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))}` },
    want: false,
  },
  { reason: 'a wrong token', headers: { 'x-gitlab-token': 's3cre' }, want: false },
  { reason: 'a signature that is no hex', headers: { 'x-hub-signature-256': 'sha256=zz' }, want: false },
  { reason: 'none', headers: {}, want: false },
])('isSigned(): $reason', ({ headers, want }) => {
  expect(isSigned(headers, body, 's3cret')).toBe(want)
})
