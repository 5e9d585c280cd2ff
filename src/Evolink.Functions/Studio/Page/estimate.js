// What a video may cost, from what earlier ones did cost. Prices are Evolink's own and stand nowhere else.
const MOST = 20;
const perSecond = new Map();
const counted = new Set();

/** Learns from a job whose request is known. */
export function learn(job, request) {
  const paid = job.usage?.credits_used ?? job.usage?.credits_reserved;
  if (job.status !== 'completed' || !paid || !request.duration || counted.has(job.id)) return;
  counted.add(job.id);
  const quality = request.quality ?? '720p';
  const known = perSecond.get(quality) ?? [];
  perSecond.set(quality, known);
  if (known.length < MOST) known.push(paid / request.duration);
}

/** Credits for a video; undefined where nothing is known yet. */
export function estimate(duration, quality) {
  const known = perSecond.get(quality)?.toSorted((a, b) => a - b);
  return known && known[known.length >> 1] * duration;
}
