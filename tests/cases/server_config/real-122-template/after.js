// https://docs.strapi.io http://a.example.com https://b.example.com
module.exports = ({ env }) => {
	const protocol = "https://";
	const devPrefix = env("NODE_ENV") === "production" ? "" : "dev.";

	return ({
		host: env("HOST", "0.0.0.0"),
		port: env.int("PORT", 1337),
		url: env("PUBLIC_URL", `${protocol}api.${devPrefix}maxmastalerz.com`),
	});
};
