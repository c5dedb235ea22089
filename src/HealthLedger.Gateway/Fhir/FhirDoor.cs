using HealthLedger.Fhir.Structure;
using HealthLedger.Gateway.Bodies;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Create;
using HealthLedger.Gateway.Fhir.Delete;
using HealthLedger.Gateway.Fhir.Everything;
using HealthLedger.Gateway.Fhir.History;
using HealthLedger.Gateway.Fhir.Metadata;
using HealthLedger.Gateway.Fhir.Organizations;
using HealthLedger.Gateway.Fhir.Read;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Fhir.Search;
using HealthLedger.Gateway.Fhir.Transaction;
using HealthLedger.Gateway.Fhir.Update;
using HealthLedger.Gateway.Telemetry;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HealthLedger.Gateway.Fhir;

/// <summary>
/// <c>/fhir</c>: FHIR R4 over the ledger. One request, one handler; a handler's first call is the authorization. Every refusal is an
/// OperationOutcome with a stable code.
/// </summary>
internal sealed class FhirDoor
{
    private const string Allowed = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

    private readonly AnswerWriter _writer;
    private readonly MetadataHandler _metadata;
    private readonly ReadHandler _read;
    private readonly HistoryHandler _history;
    private readonly SearchHandler _search;
    private readonly EverythingHandler _everything;
    private readonly CreateHandler _create;
    private readonly UpdateHandler _update;
    private readonly DeleteHandler _delete;
    private readonly TransactionHandler _transaction;

    /// <summary>The door of some organizations.</summary>
    public FhirDoor(OrganizationSeats seats, FhirDoorOptions options)
    {
        string fhirBase = options.PublicBase.AbsoluteUri.TrimEnd('/') + "/fhir";
        Authorizer authorizer = new(options.Tokens, seats);
        PageToken pages = new(options.PageKey, options.Clock);
        _writer = new AnswerWriter(fhirBase);
        _metadata = new MetadataHandler(fhirBase, options.PublicBase.AbsoluteUri.TrimEnd('/') + "/token", options.Version, options.Clock.GetUtcNow());
        _read = new ReadHandler(authorizer);
        _history = new HistoryHandler(authorizer, fhirBase);
        _search = new SearchHandler(authorizer, pages, fhirBase);
        _everything = new EverythingHandler(authorizer, pages, fhirBase);
        BundleRunner runner = new(_search);
        SingleEntry single = new(runner, options.Limits);
        _create = new CreateHandler(authorizer, single);
        _update = new UpdateHandler(authorizer, single);
        _delete = new DeleteHandler(authorizer, single);
        _transaction = new TransactionHandler(authorizer, runner, options.Limits);
    }

    /// <summary>Writes a refusal as this door does.</summary>
    public Task RefuseAsync(HttpContext http, Fault fault) => _writer.WriteAsync(http, FhirAnswer.Of(fault));

    /// <summary>Maps the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder fhir = routes.MapGroup("/fhir");
        Route(fhir, "capabilities", "GET", "/metadata", (_, _) => Task.FromResult(_metadata.Handle()));
        Route(fhir, "transaction", "POST", "/", (http, cancel) => _transaction.HandleAsync(http.Request, cancel));
        Route(fhir, "everything", "GET", "/Patient/{id}/$everything", (http, cancel) => _everything.HandleAsync(http.Request, Value(http, "id"), Pairs(http), cancel));
        Route(fhir, "search", "GET", "/{type}", (http, cancel) => _search.HandleAsync(http.Request, Value(http, "type"), Pairs(http), cancel));
        Route(fhir, "search", "POST", "/{type}/_search", (http, cancel) => SearchFormAsync(http, Value(http, "type"), cancel));
        Route(fhir, "create", "POST", "/{type}", (http, cancel) => _create.HandleAsync(http.Request, Value(http, "type"), cancel));
        Route(fhir, "read", "GET", "/{type}/{id}", (http, cancel) => _read.HandleAsync(http.Request, Value(http, "type"), Value(http, "id"), null, cancel));
        Route(fhir, "update", "PUT", "/{type}/{id}", (http, cancel) => _update.HandleAsync(http.Request, Value(http, "type"), Value(http, "id"), cancel));
        Route(fhir, "delete", "DELETE", "/{type}/{id}", (http, cancel) => _delete.HandleAsync(http.Request, Value(http, "type"), Value(http, "id"), cancel));
        Route(fhir, "history", "GET", "/{type}/{id}/_history", (http, cancel) => _history.HandleAsync(http.Request, Value(http, "type"), Value(http, "id"), cancel));
        Route(fhir, "vread", "GET", "/{type}/{id}/_history/{version}", (http, cancel) => _read.HandleAsync(http.Request, Value(http, "type"), Value(http, "id"), Value(http, "version"), cancel));
        fhir.Map("/{**rest}", ElsewhereAsync).WithMetadata(new Interaction("fhir", "elsewhere"));
    }

    private void Route(RouteGroupBuilder fhir, string interaction, string method, string pattern, Func<HttpContext, CancellationToken, Task<FhirAnswer>> handle) =>
        fhir.MapMethods(pattern, method == "GET" ? ["GET", "HEAD"] : [method], http => AnswerAsync(http, handle)).WithMetadata(new Interaction("fhir", interaction));

    private async Task AnswerAsync(HttpContext http, Func<HttpContext, CancellationToken, Task<FhirAnswer>> handle)
    {
        FhirAnswer answer = MediaTypes.RefuseAnswer(http.Request) is { } refused ? FhirAnswer.Of(refused)
            : http.GetRouteValue("type") is string type && !StructureCheck.IsResourceType(type) ? FhirAnswer.Of(FaultCode.NotFound, "FHIR R4 has no such resource type.")
            : await handle(http, http.RequestAborted);
        await _writer.WriteAsync(http, answer);
    }

    private static string Value(HttpContext http, string name) => (string)http.GetRouteValue(name)!;

    private static IReadOnlyList<KeyValuePair<string, string>> Pairs(HttpContext http) => QueryPairs.Parse(http.Request.QueryString.Value);

    private async Task<FhirAnswer> SearchFormAsync(HttpContext http, string type, CancellationToken cancel)
    {
        List<KeyValuePair<string, string>> pairs = [.. Pairs(http)];
        if (http.Request.ContentLength is not 0 && http.Request.ContentType is not null)
        {
            if (!http.Request.HasFormContentType) return FhirAnswer.Of(FaultCode.MediaTypeUnknown, "Send a search as application/x-www-form-urlencoded.");
            (IFormCollection? form, Fault fault) = await FormBody.ReadAsync(http.Request);
            if (form is null) return FhirAnswer.Of(fault);
            foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in form)
                foreach (string? value in values) pairs.Add(new KeyValuePair<string, string>(name, value ?? ""));
        }
        return await _search.HandleAsync(http.Request, type, pairs, cancel);
    }

    /// <summary>Whatever no route takes: OPTIONS says what is allowed, the rest is refused.</summary>
    private Task ElsewhereAsync(HttpContext http)
    {
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            http.Response.Headers.Allow = Allowed;
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }
        bool method = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsPost(http.Request.Method)
            || HttpMethods.IsPut(http.Request.Method) || HttpMethods.IsDelete(http.Request.Method);
        if (!method) http.Response.Headers.Allow = Allowed;
        return RefuseAsync(http, method ? new Fault(FaultCode.NotFound, "There is nothing at this address.") : new Fault(FaultCode.InteractionUnknown, "The method is not one of FHIR's here."));
    }
}
