// Runs every tool once, as an assistant would, and holds every structured answer to the schema that the server gave for it.
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';

const validator = new AjvJsonSchemaValidator();

/**
 * @param list gives the tools
 * @param call calls one: (name, arguments) => result
 * @param image the arguments of upload_image
 * @param id the client_request_id
 */
export async function runAll(list, call, image, id) {
  const tools = Object.fromEntries((await list()).map((tool) => [tool.name, tool]));
  const answers = {};
  const run = async (name, args) => {
    const result = await call(name, args);
    if (result.isError) throw new Error(`${name}: ${JSON.stringify(result.content)}`);
    const { valid, errorMessage } = validator.getValidator(tools[name].outputSchema)(result.structuredContent);
    if (!valid) throw new Error(`${name} answered what its schema does not allow: ${errorMessage}`);
    (answers[name] ??= []).push(result);
    return result.structuredContent;
  };

  await run('list_models', {});
  await run('estimate_cost', { duration: 3, quality: '720p' });
  const { url } = await run('upload_image', image);
  const wanted = { client_request_id: id, prompt: 'A cat playing piano', image_urls: [url], duration: 3 };
  const video = await run('generate_video', wanted);
  const again = await run('generate_video', wanted);
  if (video.id !== again.id || video.met_before || !again.met_before) throw new Error('The same client_request_id met another video.');
  let state = video;
  for (let tries = 0; tries < 20 && state.status !== 'completed'; tries++) state = await run('wait_for_video', { id: video.id });
  if (state.status !== 'completed') throw new Error(`The video is ${state.status}.`);
  await run('get_video', { id: video.id });
  await run('list_videos', { limit: 5 });
  await run('cancel_video', { id: video.id });
  const missing = Object.keys(tools).filter((name) => !answers[name]);
  if (missing.length > 0) throw new Error(`Not run: ${missing}`);
  return { id: video.id, tools: Object.values(tools), answers };
}
