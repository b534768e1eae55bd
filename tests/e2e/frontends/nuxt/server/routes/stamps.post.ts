export default defineEventHandler(async (event) => `Thanks, ${(await readBody(event)).name}`);
