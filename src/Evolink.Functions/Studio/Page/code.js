// A request as a program would send it: with the app's address, and a place for the key.
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const origin = () => location.origin;

/** For a POSIX shell. */
export const curl = (request) => [
  `curl -sS ${quoted(`${origin()}/v1/videos/generations`)}`,
  '-H "Authorization: Bearer $KEY"',
  '-H "Content-Type: application/json"',
  '-H "Idempotency-Key: $(uuidgen)"',
  `-d ${quoted(JSON.stringify(request))}`,
].join(' \\\n  ');

// JSON's escapes are C#'s, too; but these would end a line of C#.
const text = (value) => JSON.stringify(value)
  .replace(/[\u0085\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

function members(request) {
  const { model, prompt, image_urls: images = [], duration, quality, reference, metadata = {} } = request;
  const { prompt_extend: extend, model_params: parameters, audio_url: audio, callback_url: callback } = request;
  const pairs = Object.entries(metadata).map(([key, value]) => `[${text(key)}] = ${text(value)}`);
  return [
    model && `Model = ${text(model)}`,
    `Prompt = ${text(prompt)}`,
    `ImageUrls = [${images.map(text).join(', ')}]`,
    duration && `Duration = ${duration}`,
    quality && `Quality = ${text(quality)}`,
    extend === false && 'PromptExtend = false',
    parameters?.shot_type && `ModelParams = new VideoModelParameters { ShotType = ${text(parameters.shot_type)} }`,
    audio && `AudioUrl = ${text(audio)}`,
    callback && `CallbackUrl = ${text(callback)}`,
    reference && `Reference = ${text(reference)}`,
    pairs.length && `Metadata = new Dictionary<string, string> { ${pairs.join(', ')} }`,
  ].filter(Boolean);
}

/** For Evolink.Client. */
export const csharp = (request) => `EvolinkClientOptions options = new() { BaseUrl = new Uri(${text(origin())}), ApiKey = "KEY" };
EvolinkClient evolink = new(options);
SubmittedTask task = await evolink.SubmitAsync(new VideoGenerationRequest
{
    ${members(request).join(',\n    ')},
});
VideoTask video = await evolink.WaitForCompletionAsync(task.TaskId);
`;
