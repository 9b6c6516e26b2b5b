/** Notes from where a request comes: the origin sees only CloudFront's own address. */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by its name
function handler(event) {
  const request = event.request;
  request.headers["x-postern-viewer"] = { value: event.viewer.ip };
  return request;
}
