// What states, errors and times are called.
export const phaseWords = (job) => job.waiting_for ? 'Waiting' : ({
  accepted: 'Waiting to start',
  submitting: 'Sending to Evolink',
  parked: 'Waiting for Evolink',
  unknown: 'Asking Evolink whether it came through',
  waiting: 'Generating',
  saving: 'Saving',
  completed: 'Finished',
  failed: 'Failed',
  cancelled: 'Cancelled',
})[job.phase] ?? job.status;

export const isOver = (job) => job.status === 'completed' || job.status === 'failed';

const advice = {
  content_policy_violation: 'Change the prompt or the image; the same would be refused again.',
  invalid_request: 'Correct what the message names, and try again.',
  image_processing_error: 'Use another image: jpeg, png without alpha, bmp or webp, at most 10 MB, each side 360 to 2000 pixels.',
  unauthorized: 'Check the key.',
  insufficient_quota: 'Look at the balance of the Evolink account, top it up, and try again.',
  permission_denied: 'The Evolink key may not use this model; use another key.',
  service_unavailable: 'Try again in a few minutes.',
  submission_outcome_unknown: 'It may have been charged: look at the tasks of the Evolink account before trying again.',
  result_expired: 'The video was made but could not be saved. An operator can try to save it again.',
  request_cancelled: '“Again” starts another, if that was a mistake.',
  unreachable: 'Check the connection. Trying again sends the same request: it is never paid twice.',
  service_not_configured: 'Whoever runs this app must complete its settings first.',
  internal_error: 'Try again in a moment. If it stays, the app’s log says more.',
};
const sameAs = {
  invalid_parameters: 'invalid_request',
  image_dimension_mismatch: 'image_processing_error',
  quota_exceeded: 'insufficient_quota',
  model_access_denied: 'permission_denied',
  rate_limit_exceeded: 'service_unavailable',
  resource_exhausted: 'service_unavailable',
  service_error: 'service_unavailable',
  generation_timeout: 'service_unavailable',
  result_unusable: 'result_expired',
};

/** What to do about an error. */
export const adviceFor = (code) => advice[sameAs[code] ?? code] ?? '“Again” tries it once more, “Edit” with changes.';

/** How long a running job may still take; empty where nobody knows. */
export function timeLeft(job) {
  const estimate = job.task_info?.estimated_time;
  if (job.phase !== 'waiting' || job.waiting_for || !estimate || job.progress >= 95) return '';
  const seconds = estimate * (1 - job.progress / 95);
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 55) return `about ${Math.round(seconds / 5) * 5} s left`;
  return `about ${Math.round(seconds / 60) || 1} min left`;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

export function ago(unixSeconds) {
  const seconds = Date.now() / 1000 - unixSeconds;
  if (seconds < 45) return 'just now';
  if (seconds < 2700) return relative.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 79200) return relative.format(-Math.round(seconds / 3600), 'hour');
  return relative.format(-Math.round(seconds / 86400), 'day');
}

export const atTime = (date) => date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

export const credits = (number) => `${number.toLocaleString('en-US', { maximumFractionDigits: 1 })} credit${number === 1 ? '' : 's'}`;

/** What Evolink told of a job's money: charged, or only reserved, and what came back. */
export function costWords({ usage = {} }) {
  const { credits_reserved: reserved = 0, credits_used: used = 0, credits_returned: returned = 0 } = usage;
  const parts = [];
  if (used > 0) parts.push(`${credits(used)} charged`);
  else if (reserved > returned) parts.push(`${credits(reserved)} reserved`);
  if (returned > 0) parts.push(`${credits(returned)} returned`);
  return parts.join(', ');
}

/** What the next video, or several, may cost; empty where nothing is known. */
export function costEstimate({ known, assumed, seconds, count, isSimulated }) {
  const cost = (known ?? assumed * seconds) * count;
  if (!(cost > 0)) return '';
  const what = count > 1 ? `${credits(cost)} for ${count} videos` : credits(cost);
  const why = known ? 'from your earlier videos' : `taking ${credits(assumed)} for a second, until a first video tells`;
  return `Estimate: ${what}, ${why}.${isSimulated ? ' Simulated: none are spent.' : ''}`;
}

/** How a batch stands. */
export function batchWords({ counts }) {
  const { total, pending, processing, completed, failed, cancelled } = counts;
  const parts = [[completed, 'finished'], [processing, 'under way'], [pending, 'waiting'], [failed, 'failed'], [cancelled, 'cancelled']];
  return [`Batch of ${total}`, ...parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`)].join(' · ');
}

const hooks = { pending: 'being called', delivered: 'told', gone: 'does not want to be told (410)', given_up: 'could not be told' };

/** How far a job's callback_url has been told; empty where there is none, or nothing to tell yet. */
export function webhookWords({ webhook }) {
  if (!webhook || !hooks[webhook.state]) return '';
  const next = webhook.state === 'pending' && webhook.next_at ? `, next call at ${atTime(new Date(webhook.next_at))}` : '';
  return `${webhook.host}: ${hooks[webhook.state]}${next}`;
}

export const shortly = (text, length = 60) => text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`;
