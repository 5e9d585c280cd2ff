namespace Evolink.Client;

/// <summary>Kinds of mistakes.</summary>
public static class ValidationCodes
{
    /// <summary>Missing, or blank.</summary>
    public const string Required = "required";

    /// <summary>More than the limit.</summary>
    public const string TooLong = "too_long";

    /// <summary>Outside of the range.</summary>
    public const string OutOfRange = "out_of_range";

    /// <summary>Not one of the allowed values.</summary>
    public const string NotSupported = "not_supported";

    /// <summary>Not well-formed.</summary>
    public const string Malformed = "malformed";

    /// <summary>A link that is not https.</summary>
    public const string NotHttps = "not_https";

    /// <summary>A link to a host that cannot be reached from the internet.</summary>
    public const string NotPublic = "not_public";

    /// <summary>A link that carries a user name or password.</summary>
    public const string CredentialsInUrl = "credentials_in_url";

    /// <summary>A model that is not allowed here: the contract's 403.</summary>
    public const string ModelNotAllowed = "model_access_denied";

    /// <summary>Only allowed together with another value.</summary>
    public const string Conflict = "conflict";
}
